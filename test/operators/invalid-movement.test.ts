import { describe, expect, test } from 'vitest';
import { InputError, type PlainAttribute, Tensor } from '../../src/model/index.js';
import { operatorOf, resultsFor } from '../../src/operators/index.js';
import { Network } from '../network.js';

type Operand = readonly number[] | number | Tensor | undefined;
type Attributes = Readonly<Record<string, PlainAttribute>>;

/** x is [2, 3, 4] of float32 and first; integers become int64 constants. */
function build(operator: string, operands: readonly Operand[], attributes: Attributes, opset: number, outputs = 1) {
  const n = new Network({ opset });
  const constants = operands.map((operand) =>
    operand === undefined
      ? undefined
      : operand instanceof Tensor
        ? n.model.graph.addConstant(operand)
        : n.integers(operand),
  );
  return n.nodes(operator, [n.input([2, 3, 4]), ...constants], attributes, outputs);
}

const float = (...values: number[]) => Tensor.from('float32', [values.length], values);

// ONNX Runtime 1.32 refuses each of these, when it loads the model or when it runs it.
const REFUSED: readonly [string, string, readonly Operand[], Attributes?, number?, number?][] = [
  ['-1 twice', 'Reshape', [[-1, -1]]],
  ['a size of -2', 'Reshape', [[-2, 12]]],
  ['a copy of an axis that is not there', 'Reshape', [[24, 1, 1, 0]]],
  ['0 beside -1, where 0 means 0', 'Reshape', [[0, -1]], { allowzero: 1 }],
  ['sizes that do not divide', 'Reshape', [[5, -1]]],
  ['more elements than there are', 'Reshape', [[2, 13]]],
  ['a step of 0', 'Slice', [[0], [1], [0], [0]]],
  ['bounds of different lengths', 'Slice', [[0, 0], [1]]],
  ['an axis that is not there', 'Slice', [[0], [1], [3]]],
  ['an axis that is not there', 'Gather', [[0]], { axis: 3 }],
  ['parts that do not make up the size', 'Split', [[1, 1]], { axis: 1 }, 17, 2],
  ['parts for other outputs', 'Split', [[1, 1, 1]], { axis: 1 }, 17, 2],
  ['equal parts of 3 in two', 'Split', [], { axis: 1 }, 17, 2],
  ['a negative part', 'Split', [[-1, 4]], { axis: 1 }, 17, 2],
  ['an axis named twice', 'Transpose', [], { perm: [0, 1, 1] }],
  ['too few axes', 'Transpose', [], { perm: [1, 0] }],
  ['an axis that is wider than 1', 'Squeeze', [[0]]],
  ['an axis named twice', 'Unsqueeze', [[0, -5]]],
  ['an axis that is not there', 'Unsqueeze', [[5]]],
  ['sizes that do not stretch', 'Expand', [[2, 2, 4]]],
  ['a count for each axis but one', 'Tile', [[1, 1]]],
  ['a negative count', 'Tile', [[1, -1, 1]]],
  ['pads for another rank', 'Pad', [[1, 1]]],
  ['pads that take more than there is', 'Pad', [[0, 0, -3, 0, 0, -2]]],
  ['a mode that is not known', 'Pad', [[0, 0, 0, 0, 0, 0]], { mode: 'mirror' }],
  ['a mode that came later', 'Pad', [[0, 0, 0, 0, 0, 0]], { mode: 'wrap' }],
  ['an axis behind the last', 'Flatten', [], { axis: 4 }],
  ['parts of different sizes', 'Concat', [float(1)], { axis: 0 }],
  ['no element type', 'Cast', [], { to: 99 }],
  ['an operand that is no image', 'DepthToSpace', [], { blocksize: 2 }],
  ['an operand that is no matrix', 'EyeLike', []],
];

describe('nodes that break the standard are refused by name', () => {
  test.each(REFUSED)('%s: %s', (_, operator, operands, attributes = {}, opset = 17, outputs = 1) => {
    expect(() => build(operator, operands, attributes, opset, outputs)).toThrow(InputError);
    expect(() => build(operator, operands, attributes, opset, outputs)).toThrow(operator);
  });

  test.each([
    ['ConstantOfShape', [[2, -1]], {}],
    ['Range', [0, 5, 0], {}],
    ['Gather', [[1, 2], 2], {}],
    ['Gather', [[1, 2], -3], {}],
    ['Constant', [], {}],
  ] as const)('%s of constants %j', (operator, operands, attributes) => {
    const n = new Network({ opset: 17 });
    const inputs = operands.map((operand) => n.integers(operand));
    expect(() => n.node(operator, inputs, attributes)).toThrow(InputError);
  });
});

describe('sizes beyond all limits are refused before anything is allocated', () => {
  test('a size of 2^62', () => {
    const n = new Network({ opset: 17 });
    const sizes = n.model.graph.addConstant(Tensor.fromBigInts('int64', [2], [2n ** 62n, 4n]));
    expect(() => n.node('Reshape', [n.input([1]), sizes])).toThrow(
      /Reshape: shape: 4611686018427387904 is out of range/,
    );
  });

  test('a million axes', () => {
    const n = new Network({ opset: 17 });
    const sizes = n.integers(new Array<number>(2 ** 20).fill(1));
    expect(() => n.node('ConstantOfShape', [sizes])).toThrow(/limit: ConstantOfShape: rank 1048576/);
    expect(() => n.node('Reshape', [n.constant(1), sizes])).toThrow(/limit: Reshape: shape of 1048576 integers/);
  });

  test('more elements than can be counted, by doubling and at once', () => {
    const n = new Network({ opset: 17 });
    let x = n.input([2 ** 10]);
    expect(() => {
      for (let i = 0; i < 45; i++) x = n.concat([x, x], 0);
    }).toThrow(/overflow/);
    expect(() => n.node('Expand', [n.constant([1]), n.integers([2 ** 30, 2 ** 30])])).toThrow(/overflow/);
  });
});

describe('what has no one right answer is left to the engine', () => {
  /** The results of folding a node of constants; undefined: not folded. */
  function folded(operator: string, operands: readonly Tensor[], attributes: Attributes, opset = 17) {
    const n = new Network({ opset });
    const inputs = operands.map((tensor) => n.model.graph.addConstant(tensor));
    const [output] = n.nodes(operator, inputs, attributes, 1);
    const node = output?.producer;
    return node && resultsFor(node, operands);
  }
  const matrix = Tensor.from('float32', [2, 2], [1, 2, 3, 4]);
  const index = (shape: readonly number[], ...values: number[]) => Tensor.from('int64', shape, values);

  test.each<[string, string, readonly Tensor[], Attributes]>([
    ['an index out of range', 'Gather', [matrix, index([1], 2)], {}],
    ['an index out of range', 'GatherElements', [matrix, index([1, 1], -3)], {}],
    ['an index out of range', 'GatherND', [matrix, index([1, 2], 0, 2)], {}],
    ['an index out of range', 'ScatterElements', [matrix, index([1, 1], 5), Tensor.from('float32', [1, 1], [9])], {}],
    ['one place written twice', 'ScatterND', [matrix, index([2, 2], 0, 0, 0, 0), float(8, 9)], {}],
    ['a reduction', 'ScatterND', [matrix, index([1, 2], 0, 0), float(8)], { reduction: 'add' }],
    ['NaN as an integer', 'Cast', [float(Number.NaN)], { to: 7 }],
    ['infinity as an integer', 'Cast', [float(Number.POSITIVE_INFINITY)], { to: 6 }],
    ['1e30 as int64', 'Cast', [float(1e30)], { to: 7 }],
    ['-1.0 as uint8', 'Cast', [float(-1)], { to: 2 }],
    ['128.0 as int8', 'Cast', [float(128)], { to: 3 }],
    ['reflecting more than there is', 'Pad', [matrix, index([4], 0, 2, 0, 0)], { mode: 'reflect' }],
  ])('%s: %s', (_, operator, operands, attributes) => {
    expect(folded(operator, operands, attributes)).toBeUndefined();
  });

  test('float to bool is "is not 0", also for NaN', () => {
    const [result] = folded('Cast', [float(0, -0, 0.5, Number.NaN)], { to: 9 }) ?? [];
    expect(result).toMatchObject({ dtype: 'bool' });
    expect([...(result?.bytes ?? [])]).toEqual([0, 0, 1, 1]);
  });

  test('bits survive a move: the payload of a NaN and the sign of 0', () => {
    const bits = Uint32Array.of(0x7fc12345, 0x80000000, 0xff800001, 1);
    const tensor = new Tensor('float32', [2, 2], new Uint8Array(bits.buffer));
    const [moved] = folded('Transpose', [tensor], {}) ?? [];
    const words = new Uint32Array(Uint8Array.from(moved?.bytes ?? []).buffer);
    expect([...words]).toEqual([0x7fc12345, 0xff800001, 0x80000000, 1]);
  });

  test('strings are moved as they are, and types below a byte are not', () => {
    const strings = ['a', 'b', 'c', 'd'].map((text) => new TextEncoder().encode(text));
    const [moved] = folded('Transpose', [new Tensor('string', [2, 2], new Uint8Array(), strings)], {}) ?? [];
    expect(moved?.strings?.map((bytes) => new TextDecoder().decode(bytes))).toEqual(['a', 'c', 'b', 'd']);
    expect(folded('Transpose', [new Tensor('int4', [2, 2], new Uint8Array(2))], {}, 21)).toBeUndefined();
  });

  test.each(['RandomNormal', 'RandomUniform'])('%s is typed and never folded', (operator) => {
    const n = new Network({ opset: 17 });
    const [output] = n.nodes(operator, [], { shape: [2, 3] }, 1);
    expect(output).toMatchObject({ dtype: 'float32', shape: [2, 3] });
    expect(output?.producer && operatorOf(output.producer)?.compute).toBeUndefined();
  });

  test.each(['RandomNormalLike', 'RandomUniformLike', 'Bernoulli'])('%s is typed and never folded', (operator) => {
    const n = new Network({ opset: 17 });
    const [output] = n.nodes(operator, [n.constant([1, 0], [2], 'float16')], {}, 1);
    expect(output).toMatchObject({ dtype: 'float16', shape: [2] });
    expect(output?.producer && operatorOf(output.producer)?.compute).toBeUndefined();
  });
});
