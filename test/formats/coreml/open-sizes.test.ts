import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { type AskedShape, isFlexible, type PlainAttribute, readSize, type Value } from '../../../src/model/index.js';
import { inferTypes } from '../../../src/operators/infer.js';
import { fixShapes } from '../../../src/source/fix-shapes.js';
import { type Network, network } from '../../network.js';
import { type Answer, difference, opened, operations, run, runPackage } from './judge.js';

type Attributes = Readonly<Record<string, PlainAttribute>>;
type Build = (n: Network, x: Value) => Value | Value[];

const asked = (text: string): AskedShape => text.split(',').map((size) => readSize(size) ?? 0);

function lowered(build: Build, shape: AskedShape, options = {}) {
  const model = network(
    (n) =>
      build(
        n,
        n.input(
          shape.map((size, axis) => (isFlexible(size) ? `axis${axis}` : size)),
          'float32',
          'x',
        ),
      ),
    { opset: 18 },
  );
  const given = new Map([['x', shape]]);
  fixShapes(model, given);
  inferTypes(model.graph);
  return { model, program: coreml.lower(model.copy(), { precision: 'fp32', shape: given, ...options }) };
}

function numbers(shape: readonly number[]): Answer {
  const size = shape.reduce((product, each) => product * each, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, i) => 2 * Math.sin(12.9898 * (i + 1))) };
}

/** Written once, read back, and held against ONNX Runtime on the source at several sizes. */
async function expectEquivalentAtAll(build: Build, range: string, sizes: readonly (readonly number[])[]) {
  const { model, program } = lowered(build, asked(range));
  for (const shape of sizes) {
    const feeds = new Map([['x', numbers(shape)]]);
    const [expected, actual] = [await run(model, feeds), await runPackage(program, feeds)];
    for (const [name, answer] of expected) {
      expect(actual.get(name)?.shape, `shape of ${name} at ${shape}`).toEqual([...answer.shape]);
      expect(difference(answer, actual.get(name)), `difference of ${name} at ${shape}`).toBeLessThanOrEqual(5e-6);
    }
  }
  return program;
}

const RANGE = '1,4,5..16,6..20';
const SIZES = [
  [1, 4, 5, 6],
  [1, 4, 16, 20],
  [1, 4, 7, 9],
];

test('a size that is large at both ends of a range and small between them is not taken to be large', () => {
  const build: Build = (n, x) => {
    const rest = n.node('Mod', [n.node('Shape', [x], { start: 2, end: 3 }), n.integers([4])]);
    const part = n.node('Slice', [x, n.integers([0]), n.add(rest, n.integers([1])), n.integers([2])]);
    return n.relu(n.node('Slice', [part, n.integers([2]), n.integers([2 ** 31]), n.integers([2])]));
  };
  expect(() => lowered(build, asked('1,4,7..11,8'))).toThrow(/Slice.*a bound may lie beyond the end/);
});

describe('what a package says of sizes that vary', () => {
  const plain: Build = (n, x) => n.relu(n.conv(x, { kernel: 3, stride: 2, pad: 1 }));

  test('a range of every axis, and the least as the first', () => {
    const { program } = lowered(plain, asked('1..8,3,32..64,48..96'));
    const [port] = opened(program).inputs;
    expect(port?.shape).toEqual([undefined, 3, undefined, undefined]);
    expect(port?.asked).toEqual([{ least: 1, most: 8 }, 3, { least: 32, most: 64 }, { least: 48, most: 96 }]);
  });

  test('the shapes that lists pair up to', () => {
    const { program } = lowered(plain, asked('1,3,32/64,48/96'));
    expect(opened(program).inputs[0]?.asked).toEqual([1, 3, [32, 64], [48, 96]]);
  });

  test.each(['1,3,32..64,48..96', '1,3,32/64,48/96'])('of an image as of a tensor: %s', (text) => {
    const image = { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], input: 'x' } as const;
    const { program } = lowered(plain, asked(text), { image });
    const [port] = opened(program).inputs;
    expect(port?.colours).toBe('rgb');
    expect(port?.asked).toEqual(asked(text));
  });

  test('a batch that is not asked for is 1', () => {
    const model = network((n) => n.relu(n.input(['batch', 3, 8, 8])));
    expect(opened(coreml.lower(model, {})).inputs[0]?.shape).toEqual([1, 3, 8, 8]);
  });

  test('sizes without bounds are refused, with what to write', () => {
    const model = network((n) => n.relu(n.input([1, 3, 'height', 'width'], 'float32', 'x')));
    expect(() => coreml.lower(model, {})).toThrow(/fixed or bounded sizes: give --shape x:SIZES/);
  });

  test('a node that no end of the range allows is an error that names the end', () => {
    const build: Build = (n, x) => n.node('Reshape', [x, n.integers([1, 3, 64])]);
    expect(() => lowered(build, asked('1,3,8..16,8'))).toThrow(/at x \[1,3,16,8\]/);
  });
});

describe('slices of any size', () => {
  test.each<[string, number[], number[], number[]]>([
    ['without the last row', [0, 0], [-1, 100], [1, 1]],
    ['from an end', [-3, -2], [2 ** 31, 2 ** 31], [1, 1]],
    ['between both ends', [1, 2], [-1, -2], [1, 1]],
    ['of every second', [1, 0], [2 ** 31, 2 ** 31], [2, 2]],
    ['of the first', [0, 1], [3, 4], [1, 1]],
    ['of all in reverse', [-1, -1], [-(2 ** 31), -(2 ** 31)], [-1, -1]],
  ])('%s', async (_, starts, ends, steps) => {
    await expectEquivalentAtAll(
      (n, x) => n.node('Slice', [x, n.integers(starts), n.integers(ends), n.integers([2, 3]), n.integers(steps)]),
      RANGE,
      SIZES,
    );
  });

  test('up to a size that is computed', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const half = n.node('Div', [n.node('Shape', [x], { start: 2, end: 3 }), n.integers([2])]);
        return n.node('Slice', [x, n.integers([0]), half, n.integers([2])]);
      },
      RANGE,
      SIZES,
    );
  });

  test('up to what may lie within or beyond is refused', () => {
    const build: Build = (n, x) => n.node('Slice', [x, n.integers([0]), n.integers([10]), n.integers([2])]);
    expect(() => lowered(build, asked(RANGE))).toThrow(/may lie beyond the end of an axis whose size is open/);
  });

  test.each([1, -1])('of one element alone, %s', async (index) => {
    await expectEquivalentAtAll(
      (n, x) => n.node('Gather', [x, n.constant(index, [], 'int64')], { axis: 3 }),
      RANGE,
      SIZES,
    );
  });
});

describe('borders of any size', () => {
  test.each(['constant', 'reflect', 'edge', 'wrap'])('of mode %s', async (mode) => {
    await expectEquivalentAtAll(
      (n, x) => n.node('Pad', [x, n.integers([0, 0, 1, 2, 0, 0, 3, 0])], { mode }),
      RANGE,
      SIZES,
    );
  });

  test('that are taken away', async () => {
    await expectEquivalentAtAll((n, x) => n.node('Pad', [x, n.integers([0, 0, -1, 2, 0, 0, -2, 0])]), RANGE, SIZES);
  });

  test('that fill up to a multiple of 4', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const plane = n.node('Shape', [x], { start: 2, end: 4 });
        const rest = n.node('Mod', [
          n.node('Sub', [n.integers([4, 4]), n.node('Mod', [plane, n.integers([4, 4])])]),
          n.integers([4, 4]),
        ]);
        return n.node('Pad', [x, n.concat([n.integers([0, 0, 0, 0, 0, 0]), rest], 0)]);
      },
      RANGE,
      SIZES,
    );
  });

  test('that mirror more than the least size has are refused', () => {
    const build: Build = (n, x) => n.node('Pad', [x, n.integers([0, 0, 5, 0, 0, 0, 0, 0])], { mode: 'reflect' });
    expect(() => lowered(build, asked(RANGE))).toThrow(/reflects further than the axis is long/);
  });
});

test.each(['DCR', 'CRD'])('blocks to space, %s', async (mode) => {
  await expectEquivalentAtAll((n, x) => n.node('DepthToSpace', [x], { blocksize: 2, mode }), RANGE, SIZES);
});

test.each<[string, number[], Attributes]>([
  ['that doubles', [4, 3, 2, 2], { strides: [2, 2] }],
  ['with padding', [4, 3, 4, 3], { strides: [2, 3], pads: [1, 0, 1, 1], output_padding: [1, 0] }],
  ['with output padding beyond', [4, 3, 2, 2], { strides: [2, 2], output_padding: [1, 1] }],
])('a transposed convolution %s', async (_, shape, attributes) => {
  await expectEquivalentAtAll((n, x) => n.node('ConvTranspose', [x, n.random(shape)], attributes), RANGE, SIZES);
});

test.each(['SAME_UPPER', 'SAME_LOWER'])('a convolution whose padding the size decides, %s', async (auto_pad) => {
  const program = await expectEquivalentAtAll(
    (n, x) => n.node('Conv', [x, n.random([3, 4, 3, 3])], { strides: [2, 2], auto_pad }),
    RANGE,
    SIZES,
  );
  expect(program.program.version.deploymentTarget).toBe(auto_pad === 'SAME_UPPER' ? 'iOS15' : 'iOS16');
});

describe('pools of any size', () => {
  test.each<[string, string, Attributes]>([
    ['of maxima, in ceil mode', 'MaxPool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
    [
      'of maxima, in ceil mode with padding',
      'MaxPool',
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
    ],
    ['of means that leave padding out', 'AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['of means, in ceil mode', 'AveragePool', { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }],
    ['of maxima, SAME', 'MaxPool', { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ])('%s', async (_, operator, attributes) => {
    await expectEquivalentAtAll((n, x) => n.node(operator, [x], attributes), RANGE, SIZES);
  });
});

/** The height and width of `x`, times and then plus these. */
function sizesOf(n: Network, x: Value, factor: number, more: number): Value {
  const plane = n.node('Slice', [n.node('Shape', [x]), n.integers([2]), n.integers([4])]);
  return n.add(n.mul(plane, n.integers([factor, factor])), n.integers([more, more]));
}

describe('a resize of any size', () => {
  const modes: [string, Attributes][] = [
    ['nearest, as PyTorch has it', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }],
    ['nearest, by centres', { nearest_mode: 'round_prefer_ceil' }],
    ['linear, by centres', { mode: 'linear' }],
    ['linear, PyTorch', { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }],
    ['linear, corners', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }],
    ['linear, from the corner', { mode: 'linear', coordinate_transformation_mode: 'asymmetric' }],
  ];
  test.each(modes)('by whole factors, %s', async (_, attributes) => {
    await expectEquivalentAtAll(
      (n, x) => n.node('Resize', [x, undefined, n.constant([1, 1, 2, 3])], attributes),
      RANGE,
      SIZES,
    );
  });

  const toSizes = modes.filter(([name]) => name !== 'nearest, by centres');
  test.each(toSizes)('to sizes that are computed, %s', async (name, attributes) => {
    const program = await expectEquivalentAtAll(
      (n, x) => {
        const whole = n.node('Slice', [n.node('Shape', [x]), n.integers([0]), n.integers([2])]);
        const target = n.concat([whole, sizesOf(n, x, 2, 3)], 0);
        return n.node('Resize', [x, undefined, undefined, target], attributes);
      },
      RANGE,
      SIZES,
    );
    const isNearest = name.startsWith('nearest');
    expect(program.program.version.deploymentTarget).toBe(isNearest ? 'iOS15' : 'iOS17');
    expect(program.notes.join()).toMatch(isNearest ? /^$/ : /resizes to sizes that are computed need iOS 17/);
  });

  test.each<[string, number[], Attributes]>([
    ['by centres', [1, 1, 0.5, 0.5], { mode: 'linear' }],
    ['PyTorch', [1, 1, 0.5, 0.5], { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }],
    ['along one axis', [1, 1, 1, 0.5], { mode: 'linear' }],
  ])('by a half, linear, %s', async (_, scales, attributes) => {
    await expectEquivalentAtAll(
      (n, x) => n.node('Resize', [x, undefined, n.constant(scales)], attributes),
      RANGE,
      SIZES,
    );
  });

  test('by a half to what may be one element, PyTorch, is refused', () => {
    const attributes = { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' };
    const build: Build = (n, x) => n.node('Resize', [x, undefined, n.constant([1, 1, 0.5, 0.5])], attributes);
    expect(() => lowered(build, asked('1,4,2..16,6..20'))).toThrow(/Resize.*fix it with --shape/);
  });

  test('smaller, to sizes less than a size that has a lower bound', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const whole = n.node('Shape', [x], { start: 0, end: 2 });
        const target = n.concat([whole, n.node('Div', [sizesOf(n, x, 1, -1), n.integers([2, 2])])], 0);
        return n.node('Resize', [x, undefined, undefined, target], { mode: 'linear' });
      },
      RANGE,
      SIZES,
    );
  });

  test.each<[string, number[], Attributes]>([
    ['by a broken factor', [1, 1, 1.5, 1.5], { mode: 'linear' }],
    ['cubic', [1, 1, 2, 2], { mode: 'cubic' }],
  ])('is refused %s', (_, scales, attributes) => {
    const build: Build = (n, x) => n.node('Resize', [x, undefined, n.constant(scales)], attributes);
    expect(() => lowered(build, asked(RANGE))).toThrow(/Resize.*fix it with --shape/);
  });
});

describe('shapes that are computed', () => {
  test('windows of rank 6 there and back', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const [height, width] = [2, 3].map((axis) =>
          n.node('Div', [n.node('Shape', [x], { start: axis, end: axis + 1 }), n.integers([2])]),
        );
        const rows = [n.integers([1, 4]), height, n.integers([2]), width, n.integers([2])];
        const blocks = n.node('Reshape', [x, n.concat(rows as Value[], 0)]);
        const windows = n.node('Transpose', [blocks], { perm: [0, 2, 4, 1, 3, 5] });
        return n.node('Reshape', [windows, n.integers([-1, 16])]);
      },
      '1,4,4..16,6..20',
      [
        [1, 4, 4, 6],
        [1, 4, 16, 20],
        [1, 4, 8, 10],
      ],
    );
  });

  test('tokens of an attention', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const tokens = n.node('Transpose', [n.node('Reshape', [x, n.integers([0, 4, -1])])], { perm: [0, 2, 1] });
        const scores = n.node('Softmax', [
          n.node('MatMul', [tokens, n.node('Transpose', [tokens], { perm: [0, 2, 1] })]),
        ]);
        const mixed = n.node('Transpose', [n.node('MatMul', [scores, tokens])], { perm: [0, 2, 1] });
        return n.node('Reshape', [mixed, n.node('Shape', [x])]);
      },
      '1..3,4,5..16,6..20',
      [...SIZES, [3, 4, 7, 9]],
    );
  });

  test.each([
    ['integers', 7],
    ['floats', 1],
  ])('coordinates of every place, as %s', async (_, to) => {
    await expectEquivalentAtAll(
      (n, x) => {
        const size = n.node('Cast', [n.node('Squeeze', [n.node('Shape', [x], { start: 3 })])], { to });
        const type = to === 1 ? 'float32' : 'int64';
        const all = n.node('Range', [n.constant(0, [], type), size, n.constant(1, [], type)]);
        return n.add(x, n.node('Cast', [all], { to: 1 }));
      },
      RANGE,
      SIZES,
    );
  });

  test.each(
    ['bilinear', 'nearest'].flatMap((mode) =>
      ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
        [0, 1].map((align_corners) => ({ mode, padding_mode, align_corners })),
      ),
    ),
  )('an image that is sampled at a grid, %j', async (attributes) => {
    await expectEquivalentAtAll(
      (n, x) => {
        const channels = n.node('Slice', [x, n.integers([0]), n.integers([2]), n.integers([1])]);
        const grid = n.mul(n.transpose(channels, [0, 2, 3, 1]), n.constant(0.7));
        return n.node('GridSample', [x, grid], attributes);
      },
      RANGE,
      SIZES,
    );
  });

  test('a vector repeated over an image', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const mean = n.node('GlobalAveragePool', [x]);
        return n.concat([x, n.node('Expand', [mean, n.node('Shape', [x])])], 1);
      },
      RANGE,
      SIZES,
    );
  });

  test('a constant of the size of an image', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const ones = n.node('ConstantOfShape', [n.node('Shape', [x])]);
        return n.add(n.node('Concat', [x, ones], { axis: 1 }), n.constant([1]));
      },
      RANGE,
      SIZES,
    );
  });

  test('are computed once, and where sizes are fixed not at all', () => {
    const build: Build = (n, x) => n.node('Reshape', [n.relu(x), n.integers([0, 4, -1])]);
    expect(operations(lowered(build, asked('1,4,8,8')).program)).toEqual({ relu: 1, reshape: 1 });
    expect(operations(lowered(build, asked('1,4,8..16,8')).program)).toEqual({ relu: 1, reshape: 1 });
  });
});
