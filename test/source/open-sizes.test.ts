import { describe, expect, test } from 'vitest';
import { type AskedShape, readSize, type Value } from '../../src/model/index.js';
import { takeStock } from '../../src/source/take-stock.js';
import { type Network, network } from '../network.js';

const asked = (text: string): AskedShape => text.split(',').map((size) => readSize(size) ?? 0);

/** What is found out of a network that was exported at a fixed size and is asked for others. */
function stock(build: (n: Network, x: Value) => Value, shape: string, exported = [1, 3, 8, 8]) {
  const model = network((n) => build(n, n.input(exported, 'float32', 'x')), { opset: 18 });
  return { model, ...takeStock(model, { shape: new Map([['x', asked(shape)]]) }) };
}

const pooled = (n: Network, x: Value) => n.node('GlobalAveragePool', [n.relu(n.conv(x, { kernel: 3, pad: 1 }))]);

describe('a size that a file fixes, asked to vary', () => {
  test('is opened where nothing in the graph holds it', () => {
    const { model, notes } = stock((n, x) => n.node('Flatten', [pooled(n, x)]), '1,3,8..32,8..64');
    const [input] = model.graph.inputs;
    expect(input?.shape?.map((size) => typeof size)).toEqual(['number', 'number', 'string', 'string']);
    expect(new Set(input?.shape).size).toBe(4);
    expect(notes).toContainEqual(expect.stringContaining('input x is fixed at 8 x 8 in the file'));
  });

  test('that is asked for as it is stays what it is', () => {
    const { model, notes } = stock(pooled, '1,3,8,8..64');
    expect(model.graph.inputs[0]?.shape?.map((size) => typeof size)).toEqual(['number', 'number', 'number', 'string']);
    expect(notes).toContainEqual(expect.stringContaining('input x is fixed at 8 in the file'));
  });

  test.each<[string, RegExp, (n: Network, x: Value) => Value]>([
    [
      'a constant shape',
      /^at x \[1,3,4,4\]: Reshape: .* \[1,192\]/,
      (n, x) => n.node('Reshape', [x, n.integers([1, 192])]),
    ],
    [
      'a constant of its own size',
      /^at x \[1,3,4,4\]: Add: .* do not broadcast/,
      (n, x) => n.add(x, n.random([1, 3, 8, 8])),
    ],
    [
      'an image that is resized to a constant',
      /a size is held in the graph: Resize to 8 x 8/,
      (n, x) => n.node('Resize', [n.relu(x), undefined, undefined, n.integers([1, 3, 8, 8])], { mode: 'linear' }),
    ],
    [
      'what is left of pixels as further rows',
      /^at x \[1,3,16,32\]: a size is held in the graph, and an output has 8 rows/,
      (n, x) => {
        const mean = n.node('AveragePool', [x], { kernel_shape: [8, 8], strides: [8, 8] });
        return n.node('Reshape', [n.node('Transpose', [mean], { perm: [0, 2, 3, 1] }), n.integers([-1, 3])]);
      },
    ],
  ])('is refused by name where the graph holds it in %s', (title, message, build) => {
    const shape = title.startsWith('what is left') ? '1,3,8..16,8..32' : '1,3,4..16,4..32';
    expect(() => stock(build, shape)).toThrow(
      expect.objectContaining({ exitCode: 3, message: expect.stringMatching(message) }),
    );
    expect(() => stock(build, shape)).toThrow(/export it with dynamic axes/);
  });

  test('what the file says of the sizes of outputs goes', () => {
    const model = network((n) => pooled(n, n.input([1, 3, 8, 8], 'float32', 'x')), { opset: 18 });
    model.declaredOutputs.set(model.graph.outputs[0]?.name ?? '', { dtype: 'float32', shape: [1, 3, 8, 8] });
    takeStock(model, { shape: new Map([['x', asked('1,3,8..16,8')]]) });
    expect([...model.declaredOutputs.values()]).toEqual([{ dtype: 'float32', shape: undefined }]);
  });

  describe('of several inputs', () => {
    /** `x` and `y`, each with a row in the file; asked for more by name. */
    const stockOfTwo = (build: (n: Network, x: Value, y: Value) => Value[], shapes: Record<string, string>) => {
      const model = network((n) => build(n, n.input([1, 3, 8, 8], 'float32', 'x'), n.input([1, 5], 'float32', 'y')), {
        opset: 18,
      });
      return takeStock(model, { shape: new Map(Object.entries(shapes).map(([name, text]) => [name, asked(text)])) });
    };

    test('each output has the rows of those that it is computed from', () => {
      const apart = (n: Network, x: Value, y: Value) => [n.relu(x), n.relu(y)];
      expect(() => stockOfTwo(apart, { x: '1..4,3,8,8' })).not.toThrow();
      expect(() => stockOfTwo(apart, { x: '1..4,3,8,8', y: '1..2,5' })).not.toThrow();
      expect(() => stockOfTwo(apart, { y: '1..2,5' })).not.toThrow();
    });

    test('rows that the second makes of its columns are refused', () => {
      const build = (n: Network, x: Value, y: Value) => [n.relu(x), n.node('Reshape', [y, n.integers([-1, 5])])];
      expect(() => stockOfTwo(build, { x: '1..4,3,8,8', y: '1,5..15' })).toThrow(
        /at x \[4,3,8,8\], y \[1,15\]: a size is held in the graph, and an output has 3 rows/,
      );
    });
  });
});
