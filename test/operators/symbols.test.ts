import { describe, expect, test } from 'vitest';
import { isAnonymous, type Shape } from '../../src/model/index.js';
import { Network } from '../network.js';

const image: Shape = ['batch', 8, 'height', 'width'];

describe('sizes that have names', () => {
  test('a convolution that keeps sizes keeps their names', () => {
    const n = new Network({});
    expect(n.conv(n.input(image), { kernel: 3, pad: 1 }).shape).toEqual(image);
    expect(n.conv(n.input(image), { kernel: 3, pad: 2, dilation: 2 }).shape).toEqual(image);
  });

  test('SAME keeps names with stride 1, and has its padding', () => {
    const n = new Network({});
    const pooled = n.node('MaxPool', [n.input(image)], { kernel_shape: [3, 2], auto_pad: 'SAME_UPPER' });
    expect(pooled.shape).toEqual(image);
  });

  test('branches that step alike over a named size end in equal sizes', () => {
    const n = new Network({});
    const x = n.input(image);
    const branches = [
      n.conv(x, { kernel: 3, stride: 2, pad: 1 }),
      n.conv(x, { kernel: 1, stride: 2 }),
      n.conv(x, { kernel: 7, stride: 2, pad: 3 }),
      n.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
      n.node('AveragePool', [x], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    ];
    const [first] = branches;
    expect(first?.shape?.slice(2).every((size) => typeof size === 'string')).toBe(true);
    for (const branch of branches) expect(branch.shape).toEqual(first?.shape);
    expect(n.add(branches[0] ?? x, branches[1] ?? x).shape).toEqual(first?.shape);
  });

  test('branches that step otherwise do not', () => {
    const n = new Network({});
    const x = n.input(image);
    const [a, b] = [n.conv(x, { kernel: 2, stride: 2 }), n.conv(x, { kernel: 1, stride: 2 })];
    expect(a.shape?.[2]).not.toEqual(b.shape?.[2]);
  });

  test('broadcasting: a name against 1 stays, against a number is that number, against another is neither', () => {
    const n = new Network({});
    expect(n.add(n.input(['n', 3]), n.input([1, 3])).shape).toEqual(['n', 3]);
    expect(n.add(n.input(['n', 3]), n.input([5, 3])).shape).toEqual([5, 3]);
    expect(n.add(n.input(['n', 3]), n.input(['n', 1])).shape).toEqual(['n', 3]);
    const [mixed = ''] = n.add(n.input(['n', 3]), n.input(['m', 3])).shape ?? [];
    expect(isAnonymous(mixed)).toBe(true);
    expect(n.add(n.input(['m', 3]), n.input(['n', 3])).shape).toEqual([mixed, 3]);
  });

  test('nothing is claimed of a rank that is not known', () => {
    const n = new Network({});
    const x = n.model.graph.addInput('unknown', 'float32');
    expect(n.add(x, n.input([1, 3]))).toMatchObject({ dtype: 'float32', shape: undefined });
    expect(n.node('Softmax', [x])).toMatchObject({ dtype: 'float32', shape: undefined });
    expect(n.node('Conv', [x, n.input([8, 3, 3, 3])]).shape).toBeUndefined();
    expect(n.node('MatMul', [x, n.input([3, 3])]).shape).toBeUndefined();
    expect(n.node('ReduceMean', [x], { axes: [2, 3] }).shape).toBeUndefined();
  });

  test('a reduction over computed axes has a rank, and no more', () => {
    const n = new Network({ opset: 18 });
    const axes = n.input([2], 'int64');
    const kept = n.node('ReduceSum', [n.input(image), axes]);
    expect(kept.shape).toHaveLength(4);
    expect(kept.shape?.every(isAnonymous)).toBe(true);
    expect(n.node('ReduceSum', [n.input(image), axes], { keepdims: 0 }).shape).toHaveLength(2);
  });

  test('an image that is doubled and one whose stride was halved agree', () => {
    const n = new Network({});
    const x = n.input(image);
    const doubled = n.node('Resize', [x, undefined, n.constant([1, 1, 2, 2])]);
    const spread = n.node('ConvTranspose', [x, n.random([8, 8, 2, 2])], { strides: [2, 2] });
    expect(doubled.shape).toEqual(spread.shape);
    const sizes = n.node('Mul', [n.node('Shape', [x], { start: 2 }), n.integers([2, 2])]);
    expect(
      n.node('Resize', [x, undefined, undefined, n.concat([n.node('Shape', [x], { end: 2 }), sizes], 0)]).shape,
    ).toEqual(doubled.shape);
  });
});

describe('integer arithmetic on sizes', () => {
  test.each<[string, (n: Network, size: ReturnType<Network['input']>) => ReturnType<Network['input']>]>([
    ['times 1', (n, size) => n.mul(size, n.integers([1]))],
    ['plus 0', (n, size) => n.add(n.integers([0]), size)],
    ['minus 0', (n, size) => n.sub(size, n.integers([0]))],
    ['by 1', (n, size) => n.div(size, n.integers([1]))],
  ])('%s is the size itself', (_, change) => {
    const n = new Network({});
    const size = n.node('Shape', [n.input(['batch'])]);
    expect(change(n, size).elements).toEqual(['batch']);
  });

  test('numbers are computed', () => {
    const n = new Network({});
    const shape = n.node('Shape', [n.input([7, 5])]);
    expect(n.div(shape, n.integers([2, -2])).elements).toEqual([3, -2]);
    expect(n.sub(shape, n.integers(9)).elements).toEqual([-2, -4]);
    expect(n.node('ReduceProd', [shape], { keepdims: 0 })).toMatchObject({ shape: [], elements: [35] });
    expect(n.node('Max', [shape, n.integers(6)]).elements).toEqual([7, 6]);
  });

  test('equal sums and products of names are equal, and differ from others', () => {
    const n = new Network({});
    const [a, b] = [n.node('Shape', [n.input(['a'])]), n.node('Shape', [n.input(['b'])])];
    expect(n.add(a, b).elements).toEqual(n.add(b, a).elements);
    expect(n.mul(a, b).elements).toEqual(n.mul(b, a).elements);
    expect(n.add(a, b).elements).not.toEqual(n.mul(a, b).elements);
    expect(n.div(a, n.integers([2])).elements).toEqual(n.div(a, n.integers([2])).elements);
    expect(n.sub(a, b).elements).toBeUndefined();
  });

  test('what could be negative is not claimed, and compared with nothing', () => {
    const n = new Network({});
    const size = n.node('Shape', [n.input(['batch'])]);
    const negative = n.node('ReduceProd', [n.concat([size, n.integers([-1])], 0)], { keepdims: 0 });
    expect(negative.elements).toBeUndefined();
    expect(n.node('Greater', [negative, n.integers(-5)]).elements).toBeUndefined();
    expect(n.node('Greater', [n.node('ReduceProd', [size], { keepdims: 0 }), n.integers(-5)]).elements).toEqual([1]);
    expect(n.mul(size, n.integers([-1])).elements).toBeUndefined();
    expect(n.add(size, n.integers([-1])).elements).toBeUndefined();
  });

  test('a product of sizes is one in int64, and not where 32 bits could wrap', () => {
    const n = new Network({});
    const size = n.node('Shape', [n.input(['batch'])]);
    const small = n.node('Cast', [size], { to: 6 });
    expect(small.elements).toEqual(['batch']);
    expect(n.mul(small, n.constant([8], [1], 'int32')).elements).toEqual(n.mul(size, n.integers([8])).elements);
    expect(n.mul(small, small).elements).toBeUndefined();
    expect(n.mul(small, n.constant([65536], [1], 'int32')).elements).toBeUndefined();
    const square = n.mul(size, size);
    expect(square.elements).toHaveLength(1);
    expect(n.node('Cast', [square], { to: 6 }).elements).toBeUndefined();
    expect(n.mul(square, square).elements).toBeUndefined();
    expect(n.node('Cast', [size], { to: 5 }).elements).toBeUndefined();
  });

  test('what would wrap is not claimed', () => {
    const n = new Network({});
    const huge = n.constant([65536, 65536], [2], 'int32');
    expect(n.node('ReduceProd', [huge], { keepdims: 0 }).elements).toBeUndefined();
    const big = n.constant([2 ** 30], [1], 'int32');
    expect(n.mul(big, big).elements).toBeUndefined();
    const small = n.constant([100], [1], 'int8');
    expect(n.add(small, small).elements).toBeUndefined();
  });
});
