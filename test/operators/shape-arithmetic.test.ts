import { describe, expect, test } from 'vitest';
import type { Shape, Value } from '../../src/model/index.js';
import { Network } from '../network.js';

const onOpset = (opset: number) => new Network({ opset });

/** `Reshape(x, Concat(Unsqueeze(Gather(Shape(x), 0), 0), [-1]))`, as PyTorch writes `x.view(x.size(0), -1)`. */
function viewOfBatch(n: Network, x: Value): Value {
  const batch = n.node('Gather', [n.node('Shape', [x]), n.integers(0)]);
  const sizes = n.concat([n.node('Unsqueeze', [batch, n.integers([0])]), n.integers([-1])], 0);
  return n.node('Reshape', [x, sizes]);
}

/** `Expand(x, Where(Equal(sizes, -1), 1, sizes))`, as PyTorch writes `x.expand(...)`. */
function expanded(n: Network, x: Value, sizes: Value): Value {
  const ones = n.node('ConstantOfShape', [n.integers([sizes.elements?.length ?? 0])], {
    value: n.integers([1]).constant,
  });
  const asks = n.node('Equal', [sizes, n.node('Mul', [ones, n.integers(-1)])]);
  return n.node('Expand', [x, n.node('Where', [asks, ones, sizes])]);
}

/** Sizes of an image that is at least 8 x 8, each as a vector of one. */
function imageOf(n: Network, least = 8) {
  const x = n.input(['batch', 8, 'height', 'width']);
  for (const size of ['height', 'width']) n.model.bound(size, least, 64);
  return { x, height: n.node('Shape', [x], { start: 2, end: 3 }), width: n.node('Shape', [x], { start: 3, end: 4 }) };
}

/** What is left to the next multiple of 5, from 0 to 4. */
const missing = (n: Network, size: Value) =>
  n.node('Mod', [n.sub(n.integers([5]), n.node('Mod', [size, n.integers([5])])), n.integers([5])]);

describe('sizes are followed where what is taken from them or left of them is', () => {
  test('borders up to a multiple, windows in that, and the image cut out again', () => {
    const n = onOpset(18);
    const { x, height, width } = imageOf(n);
    const more = missing(n, height);
    const wide = n.node('Pad', [x, n.concat([n.integers([0, 0, 0, 0, 0, 0]), more, n.integers([0])], 0)]);
    const all = n.add(height, more);
    expect(wide.shape?.[2]).toBe(all.elements?.[0]);
    const windows = n.node('Div', [all, n.integers([5])]);
    const cut = n.node('Reshape', [wide, n.concat([n.integers([-1, 8]), windows, n.integers([5]), width], 0)]);
    expect(cut.shape?.[2]).toBe(windows.elements?.[0]);
    expect(n.node('Slice', [wide, n.integers([0]), height, n.integers([2])]).shape).toEqual(x.shape);
  });

  test('an image that is rolled keeps its sizes', () => {
    const n = onOpset(18);
    const { x, height } = imageOf(n);
    const slice = (from: Value, to: Value) => n.node('Slice', [x, from, to, n.integers([2])]);
    const byConstants = n.concat(
      [slice(n.integers([3]), n.integers([2 ** 31])), slice(n.integers([0]), n.integers([3]))],
      2,
    );
    expect(byConstants.shape).toEqual(x.shape);
    const at = n.node('Mod', [n.integers([-3]), height]);
    expect(n.concat([slice(at, height), slice(n.integers([0]), at)], 2).shape).toEqual(x.shape);
  });

  test.each<[string, number, number, number, string | number]>([
    ['without both ends', 1, -1, 1, 'height less 2'],
    ['the last three', -3, 2 ** 31, 1, 3],
    ['every second', 0, 2 ** 31, 2, 'ceil of a half'],
    ['every second of the others', 1, 2 ** 31, 2, 'a half'],
  ])('a slice: %s', (_, start, end, step, expected) => {
    const n = onOpset(18);
    const { x, height } = imageOf(n);
    const sizes: Record<string, Value> = {
      'height less 2': n.sub(height, n.integers([2])),
      'ceil of a half': n.node('Div', [n.add(height, n.integers([1])), n.integers([2])]),
      'a half': n.node('Div', [height, n.integers([2])]),
    };
    const made = n.node('Slice', [x, n.integers([start]), n.integers([end]), n.integers([2]), n.integers([step])]);
    expect(made.shape?.[2]).toBe(typeof expected === 'number' ? expected : sizes[expected]?.elements?.[0]);
  });

  test('a slice that may reach beyond an end is of a size that nobody knows', () => {
    const n = onOpset(18);
    const { x, height } = imageOf(n, 2);
    const made = n.node('Slice', [x, n.integers([3]), n.integers([2 ** 31]), n.integers([2])]);
    expect(made.shape?.[2]).not.toBe(n.sub(height, n.integers([3])).elements?.[0]);
    expect(n.sub(height, n.integers([3])).elements).toBeUndefined();
  });

  test('what a convolution leaves is what arithmetic says', () => {
    const n = onOpset(18);
    const { x, height } = imageOf(n);
    const steps = n.add(n.node('Div', [n.sub(height, n.integers([1])), n.integers([2])]), n.integers([1]));
    expect(n.conv(x, { kernel: 3, stride: 2, pad: 1 }).shape?.[2]).toBe(steps.elements?.[0]);
    expect(n.conv(x, { kernel: 4, stride: 4 }).shape?.[2]).toBe(n.node('Div', [height, n.integers([4])]).elements?.[0]);
  });

  test('a sum without one of its terms is the other', () => {
    const n = onOpset(18);
    const { height, width } = imageOf(n);
    expect(n.sub(n.add(height, width), width).elements).toEqual(['height']);
    expect(n.sub(n.add(height, n.integers([3])), height).elements).toEqual([3]);
    expect(n.sub(height, width).elements).toBeUndefined();
  });

  test('a remainder by a size, and a quotient of sizes', () => {
    const n = onOpset(18);
    const { height } = imageOf(n);
    expect(n.node('Mod', [n.integers([3]), height]).elements).toEqual([3]);
    expect(n.node('Mod', [n.integers([-3]), height]).elements).toEqual(n.sub(height, n.integers([3])).elements);
    expect(n.node('Mod', [n.integers([-3]), height], { fmod: 1 }).elements).toBeUndefined();
    expect(n.node('Mod', [height, height]).elements).toEqual([0]);
    expect(n.node('Div', [height, height]).elements).toEqual([1]);
    expect(n.node('Mod', [height, n.integers([100])]).elements).toEqual(['height']);
  });

  test('elements of a vector that is turned by way of a matrix, as TorchScript writes borders', () => {
    const n = onOpset(17);
    const { height, width } = imageOf(n);
    const pairs = n.node('Reshape', [
      n.concat([n.integers([0]), height, n.integers([0]), width], 0),
      n.integers([-1, 2]),
    ]);
    const backwards = n.node('Slice', [
      pairs,
      n.integers([-1]),
      n.integers([-(2 ** 40)]),
      n.integers([0]),
      n.integers([-1]),
    ]);
    const turned = n.node('Reshape', [n.transpose(backwards, [1, 0]), n.integers([-1])]);
    expect(turned.elements).toEqual([0, 0, 'width', 'height']);
  });
});

describe('sizes are followed through the arithmetic that exporters write', () => {
  test.each<[string, Shape, Shape]>([
    ['a known batch', [4, 512, 1, 1], [4, 512]],
    ['a batch with a name', ['batch', 512, 1, 1], ['batch', 512]],
    ['a name and known image sizes', ['batch', 8, 3, 2], ['batch', 48]],
  ])('x.view(x.size(0), -1) of %s', (_, from, to) => {
    const n = onOpset(17);
    expect(viewOfBatch(n, n.input(from)).shape).toEqual(to);
  });

  test('a vector that becomes rows is no vector of sizes any more', () => {
    const n = onOpset(17);
    const sizes = n.node('Shape', [n.input([5, 7])]);
    expect(n.node('Expand', [sizes, n.integers([2])]).elements).toEqual([5, 7]);
    const rows = n.node('Expand', [sizes, n.integers([3, 2])]);
    expect([rows.shape, rows.elements]).toEqual([[3, 2], undefined]);
  });

  test('a view whose rest is not known keeps the batch, and equal rests are seen as equal', () => {
    const n = onOpset(17);
    const x = n.input(['batch', 8, 'height', 'width']);
    const [first, second] = [viewOfBatch(n, x).shape, viewOfBatch(n, n.relu(x)).shape];
    expect(first?.[0]).toBe('batch');
    expect(first).toEqual(second);
    expect(first?.[1]).toBe(n.node('Flatten', [x]).shape?.[1]);
  });

  test('an attention block splits its heads and joins them again under a dynamic batch', () => {
    const n = onOpset(17);
    const x = n.input(['batch', 'tokens', 192]);
    const sizes = n.node('Shape', [x]);
    const size = (axis: number) => n.node('Unsqueeze', [n.node('Gather', [sizes, n.integers(axis)]), n.integers([0])]);
    const heads = n.node('Reshape', [x, n.concat([size(0), size(1), n.integers([3, 64])], 0)]);
    expect(heads.shape).toEqual(['batch', 'tokens', 3, 64]);
    const joined = n.node('Reshape', [
      n.transpose(n.transpose(heads, [0, 2, 1, 3]), [0, 2, 1, 3]),
      n.concat([size(0), size(1), n.integers([-1])], 0),
    ]);
    expect(joined.shape).toEqual(['batch', 'tokens', 192]);
  });

  test('the size that is missing follows from the number of elements, also where a symbol stands for it', () => {
    const n = onOpset(17);
    const x = n.input(['batch', 64, 4, 4]);
    const nameless = n.node('Shape', [n.node('NonZero', [x])], { start: 1 });
    expect(n.node('Reshape', [x, n.integers([-1, 1024])]).shape).toEqual(['batch', 1024]);
    expect(n.node('Reshape', [x, n.integers([0, 0, 16])]).shape).toEqual(['batch', 64, 16]);
    expect(n.node('Reshape', [x, n.concat([nameless, n.integers([1024])], 0)]).shape).toEqual(['batch', 1024]);
  });

  test('sizes through Slice, Squeeze, Cast and Concat', () => {
    const n = onOpset(13);
    const sizes = n.node('Shape', [n.input(['batch', 3, 'height', 20])]);
    const image = n.node('Slice', [sizes, n.integers([2]), n.integers([4]), n.integers([0])]);
    expect(image.elements).toEqual(['height', 20]);
    const backwards = n.node('Slice', [sizes, n.integers([-1]), n.integers([-5]), n.integers([0]), n.integers([-2])]);
    expect(backwards.elements).toEqual([20, 3]);
    const width = n.node('Squeeze', [n.node('Slice', [sizes, n.integers([3]), n.integers([4])]), n.integers([0])]);
    expect(width).toMatchObject({ shape: [], elements: [20] });
    expect(n.node('Cast', [image], { to: 6 }).elements).toEqual(['height', 20]);
    expect(n.node('Cast', [n.node('Cast', [image], { to: 1 })], { to: 7 }).elements).toBeUndefined();
    expect(n.concat([image, n.node('Unsqueeze', [width, n.integers([0])])], 0).elements).toEqual(['height', 20, 20]);
    expect(n.nodes('Split', [sizes, n.integers([1, 3])], { axis: 0 }, 2).map((v) => v.elements)).toEqual([
      ['batch'],
      [3, 'height', 20],
    ]);
  });

  test('a number too large for its integer type is not followed through a Cast', () => {
    const n = onOpset(13);
    const cast = (to: number) => n.node('Cast', [n.integers([300, 2])], { to }).elements;
    expect(cast(6)).toEqual([300, 2]);
    expect(cast(2)).toBeUndefined();
  });

  test('x.expand(...) of a batch with a name, through Equal and Where', () => {
    const n = onOpset(17);
    const batch = n.node('Shape', [n.input(['batch', 3])], { start: 0, end: 1 });
    const sizes = n.concat([batch, n.integers([-1, 128])], 0);
    expect(expanded(n, n.input([1, 3, 1], 'float32', 'y'), sizes).shape).toEqual(['batch', 3, 128]);
  });

  test('borders of which some are computed leave the other axes as they are', () => {
    const n = onOpset(17);
    const x = n.input(['batch', 3, 'height', 8]);
    const more = n.node('Mod', [n.node('Shape', [x], { start: 2, end: 3 }), n.integers([4])]);
    const amounts = n.concat([n.integers([0, 0, 0, 0, 0, 0]), more, n.integers([0])], 0);
    const [batch, channels, height, width] = n.node('Pad', [x, amounts]).shape ?? [];
    expect([batch, channels, width]).toEqual(['batch', 3, 8]);
    expect(height).toMatch(/^\?/);
  });

  test('zeros, ranges and tiles of a size with a name', () => {
    const n = onOpset(17);
    const batch = n.node('Shape', [n.input(['batch', 3])], { end: 1 });
    const scalar = n.node('Squeeze', [batch, n.integers([0])]);
    expect(n.node('ConstantOfShape', [n.concat([batch, n.integers([7])], 0)]).shape).toEqual(['batch', 7]);
    expect(n.node('Range', [n.integers(0), scalar, n.integers(1)]).shape).toEqual(['batch']);
    const float = n.node('Cast', [scalar], { to: 1 });
    expect(n.node('Range', [n.constant(0), float, n.constant(1)]).shape).toEqual(['batch']);
    // A half tells no more than 2048 elements apart.
    const half = n.node('Cast', [scalar], { to: 10 });
    const [unknown] = n.node('Range', [n.constant(0, [], 'float16'), half, n.constant(1, [], 'float16')]).shape ?? [];
    expect(unknown).toMatch(/^\?/);
    expect(n.node('Tile', [n.input([1, 5], 'float32', 'y'), n.concat([batch, n.integers([2])], 0)]).shape).toEqual([
      'batch',
      10,
    ]);
    expect(n.node('OneHot', [n.input(['n'], 'int64', 'i'), scalar, n.constant([0, 1])]).shape).toEqual(['n', 'batch']);
    expect(n.node('Range', [n.integers(2), n.integers(9), n.integers(3)]).elements).toEqual([2, 5, 8]);
  });

  test('a slice to the end keeps the size, and one to its own size does', () => {
    const n = onOpset(13);
    const x = n.input(['batch', 'n']);
    const all = n.node('Slice', [x, n.integers([0]), n.integers([2 ** 31 - 1]), n.integers([1])]);
    const size = n.node('Slice', [n.node('Shape', [x]), n.integers([1]), n.integers([2])]);
    const own = n.node('Slice', [x, n.integers([0]), size, n.integers([1])]);
    const less = n.node('Slice', [x, n.integers([1]), n.integers([2 ** 31 - 1]), n.integers([1])]);
    expect(all.shape).toEqual(['batch', 'n']);
    expect(own.shape).toEqual(['batch', 'n']);
    expect(less.shape?.[0]).toBe('batch');
    expect(less.shape?.[1]).not.toBe('n');
  });

  test('of a shape that is an input, the rank is known', () => {
    const n = onOpset(17);
    const asked = n.input([3], 'int64', 'sizes');
    for (const operator of ['Reshape', 'Expand']) expect(n.node(operator, [n.input([1]), asked]).rank).toBe(3);
    expect(n.node('ConstantOfShape', [asked]).rank).toBe(3);
  });

  test('huge results have their sizes before anything is allocated', () => {
    const n = onOpset(17);
    const one = n.constant([1]);
    const huge = 2 ** 40;
    expect(n.node('ConstantOfShape', [n.integers([huge])]).shape).toEqual([huge]);
    expect(n.node('Expand', [one, n.integers([huge])]).shape).toEqual([huge]);
    expect(n.node('Tile', [one, n.integers([huge])]).shape).toEqual([huge]);
    expect(n.node('Pad', [one, n.integers([0, huge - 1])]).shape).toEqual([huge]);
    expect(n.node('Range', [n.integers(0), n.integers(huge), n.integers(1)]).shape).toEqual([huge]);
    expect(n.node('OneHot', [n.integers([1]), n.integers(huge), n.constant([0, 1])]).shape).toEqual([1, huge]);
  });

  test('a part of a sequence has the shape of that part', () => {
    const n = onOpset(17);
    const x = n.input(['batch', 10, 4]);
    const parts = n.node('SplitToSequence', [x, n.integers(4)], { axis: 1 });
    expect(n.node('SequenceAt', [parts, n.integers(-1)]).shape).toEqual(['batch', 2, 4]);
    const slices = n.node('SplitToSequence', [x, undefined], { axis: 1, keepdims: 0 });
    expect(n.node('SequenceAt', [slices, n.integers(9)]).shape).toEqual(['batch', 4]);
    expect(n.node('SequenceLength', [slices]).elements).toEqual([10]);
    const both = n.node('SequenceConstruct', [x, x]);
    expect(n.node('ConcatFromSequence', [both], { axis: 1 }).shape).toEqual(['batch', 20, 4]);
    expect(n.node('ConcatFromSequence', [both], { axis: 0, new_axis: 1 }).shape).toEqual([2, 'batch', 10, 4]);
  });
});
