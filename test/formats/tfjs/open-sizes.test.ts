import { describe, expect, test } from 'vitest';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import type { PlainAttribute, Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent } from './judge.js';

type Attributes = Readonly<Record<string, PlainAttribute>>;
type Build = (n: Network, x: Value) => Value | Value[];

/** Held against ONNX Runtime at several heights and widths. */
async function expectEquivalentAtAll(build: Build, sizes: readonly (readonly [number, number])[], channels = 4) {
  for (const [height, width] of sizes) {
    const model = network((n) => build(n, n.input(['batch', channels, 'height', 'width'])), { opset: 18 });
    await expectEquivalent(model, { sizes: { batch: 2, height, width } });
  }
}

const ANY: readonly (readonly [number, number])[] = [
  [6, 9],
  [7, 5],
];

describe('slices of any height and width', () => {
  test.each<[string, number[], number[], number[]]>([
    ['without the last row', [0, 0], [-1, 100], [1, 1]],
    ['from an end', [-3, -2], [2 ** 31, 2 ** 31], [1, 1]],
    ['between both ends', [1, 2], [-1, -2], [1, 1]],
    ['of every second', [1, 0], [2 ** 31, 2 ** 31], [2, 2]],
    ['of all in reverse', [-1, -1], [-(2 ** 31), -(2 ** 31)], [-1, -1]],
  ])('%s', async (_, starts, ends, steps) => {
    await expectEquivalentAtAll(
      (n, x) => n.node('Slice', [x, n.integers(starts), n.integers(ends), n.integers([2, 3]), n.integers(steps)]),
      ANY,
    );
  });
});

/** A size of `x` as a vector of one integer. */
const sizeOf = (n: Network, x: Value, axis: number) => n.node('Shape', [x], { start: axis, end: axis + 1 });

describe('slices between bounds that are computed', () => {
  const half = (n: Network, x: Value, axis: number) => n.node('Div', [sizeOf(n, x, axis), n.integers([2])]);
  test.each<[string, Build]>([
    ['the first half of each row', (n, x) => n.node('Slice', [x, n.integers([0]), half(n, x, 3), n.integers([3])])],
    [
      'the last half of the rows',
      (n, x) => n.node('Slice', [x, half(n, x, 2), n.integers([2 ** 40]), n.integers([2])]),
    ],
    [
      'counted from the end, along two axes',
      (n, x) => {
        const starts = n.concat([n.node('Neg', [half(n, x, 3)]), n.integers([1])], 0);
        const ends = n.concat([n.integers([-1]), sizeOf(n, x, 2)], 0);
        return n.node('Slice', [x, starts, ends, n.integers([3, 2])]);
      },
    ],
    [
      'of integers',
      (n, x) => {
        const most = n.node('ArgMax', [x], { axis: 1 });
        return n.node('Slice', [most, n.integers([0]), half(n, x, 2), n.integers([2])]);
      },
    ],
  ])('%s', async (_, build) => {
    await expectEquivalentAtAll(build, ANY);
  });
});

describe('elements of an axis of any size', () => {
  test.each<[string, Build]>([
    ['the last', (n, x) => n.node('Gather', [x, n.constant(-1, [], 'int64')], { axis: 3 })],
    ['the last but one', (n, x) => n.node('Gather', [x, n.constant(-2, [], 'int64')], { axis: 2 })],
    ['the first', (n, x) => n.node('Gather', [x, n.constant(0, [], 'int64')], { axis: 2 })],
    ['the last and the second', (n, x) => n.node('Gather', [x, n.integers([-1, 1])], { axis: 2 })],
    [
      'those that are computed, from either end',
      (n, x) => {
        const size = n.node('Squeeze', [sizeOf(n, x, 3)]);
        const all = n.node('Range', [n.constant(0, [], 'int64'), size, n.constant(1, [], 'int64')]);
        return n.node('Gather', [x, n.node('Sub', [all, n.integers([2])])], { axis: 3 });
      },
    ],
  ])('%s', async (_, build) => {
    await expectEquivalentAtAll(build, ANY);
  });
});

test.each<[string, Build]>([
  ['constant', (n, x) => n.node('GatherND', [x, n.constant([0, 1, -1, 1, -2, 0], [2, 3], 'int64')])],
  [
    'computed',
    (n, x) => {
      const last = n.node('Sub', [
        n.node('Shape', [x]),
        n.node('Mul', [n.integers([2, 2, 2, 2]), n.node('Shape', [x])]),
      ]);
      return n.node('GatherND', [x, n.node('Unsqueeze', [last, n.integers([0])])]);
    },
  ],
])('elements by index vectors that are %s', async (_, build) => {
  await expectEquivalentAtAll(build, ANY);
});

test('coordinates of every place of an image', async () => {
  await expectEquivalentAtAll((n, x) => {
    const size = n.node('Cast', [n.node('Squeeze', [sizeOf(n, x, 3)])], { to: 1 });
    const all = n.node('Range', [n.constant(0), size, n.constant(1)]);
    return n.add(x, n.node('Div', [all, size]));
  }, ANY);
});

describe('borders that are computed', () => {
  /** Fills up, or cuts, to 7 rows and columns. */
  const amounts = (n: Network, x: Value) => {
    const rest = n.node('Sub', [n.integers([7, 7]), n.node('Shape', [x], { start: 2 })]);
    return n.concat([n.integers([0, 0]), rest, n.integers([0, 0, 1, -2])], 0);
  };
  test.each<[string, Build]>([
    ['of zeros', (n, x) => n.node('Pad', [x, amounts(n, x)])],
    ['of a number', (n, x) => n.node('Pad', [x, amounts(n, x), n.constant(-3)])],
    [
      'of integers',
      (n, x) => n.node('Pad', [n.node('Cast', [x], { to: 6 }), amounts(n, x), n.constant(5, [], 'int32')]),
    ],
    ['of an image in its layout', (n, x) => n.node('Pad', [n.relu(n.conv(x, { kernel: 3, pad: 1 })), amounts(n, x)])],
  ])('%s', async (_, build) => {
    await expectEquivalentAtAll(build, [...ANY, [8, 8]]);
  });

  /** Up to a multiple of 4, as networks with windows do it, and one row more before. */
  const upwards = (n: Network, x: Value, rank = 4) => {
    const four = n.integers([4, 4]);
    const over = n.node('Mod', [n.node('Shape', [x], { start: rank - 2 }), four]);
    const rest = n.node('Mod', [n.sub(four, over), four]);
    const none = n.integers(new Array<number>(rank - 2).fill(0));
    return n.concat([none, n.integers([1, 0]), none, rest], 0);
  };
  test.each(['constant', 'reflect', 'edge', 'wrap'])('upwards, of mode %s', async (mode) => {
    await expectEquivalentAtAll((n, x) => n.node('Pad', [x, upwards(n, x)], { mode }), ANY);
    await expectEquivalentAtAll((n, x) => {
      const image = n.relu(n.conv(x, { kernel: 3, pad: 1 }));
      return n.node('Pad', [image, upwards(n, image)], { mode });
    }, ANY);
  });

  test.each(['constant', 'reflect', 'edge'])('of five axes, of mode %s', async (mode) => {
    await expectEquivalentAtAll((n, x) => {
      const [height, width] = [sizeOf(n, x, 2), sizeOf(n, x, 3)];
      const volume = n.node('Reshape', [x, n.concat([n.integers([-1, 2, 2]), height, width], 0)]);
      return n.node('Pad', [volume, upwards(n, volume, 5)], { mode });
    }, ANY);
  });

  test.each(['reflect', 'edge'])('that may cut, of mode %s', async (mode) => {
    await expectEquivalentAtAll((n, x) => n.node('Pad', [x, amounts(n, x)], { mode }), [...ANY, [8, 8]]);
  });

  test('that may cut where all is repeated are refused', () => {
    const model = network(
      (n) => {
        const x = n.input([1, 2, 'height', 'width']);
        return n.node('Pad', [x, amounts(n, x)], { mode: 'wrap' });
      },
      { opset: 19 },
    );
    expect(() => tfjs.lower(model, {})).toThrow(/Pad.*amounts that are computed and may cut/);
  });
});

describe('borders of any height and width', () => {
  test('of five axes, reflected', async () => {
    await expectEquivalentAtAll((n, x) => {
      const volume = n.node('Unsqueeze', [x, n.integers([0])]);
      return n.node('Pad', [volume, n.integers([0, 0, 0, 1, 2, 0, 0, 0, 3, 0])], { mode: 'reflect' });
    }, ANY);
  });

  test.each(['reflect', 'edge', 'wrap'])('of mode %s', async (mode) => {
    await expectEquivalentAtAll((n, x) => n.node('Pad', [x, n.integers([0, 0, 1, 2, 0, 0, 3, 0])], { mode }), ANY);
  });
});

describe('blocks of any height and width', () => {
  test.each(['DCR', 'CRD'])('to space, %s', async (mode) => {
    await expectEquivalentAtAll((n, x) => n.node('DepthToSpace', [x], { blocksize: 2, mode }), ANY, 12);
  });

  test('to depth', async () => {
    await expectEquivalentAtAll(
      (n, x) => n.node('SpaceToDepth', [x], { blocksize: 2 }),
      [
        [6, 8],
        [4, 10],
      ],
    );
  });
});

describe('a transposed convolution of any height and width', () => {
  test.each<[string, number[], Attributes]>([
    ['that doubles', [4, 3, 2, 2], { strides: [2, 2] }],
    ['with padding', [4, 3, 4, 3], { strides: [2, 3], pads: [1, 0, 1, 1], output_padding: [1, 0] }],
    ['with holes', [4, 3, 3, 3], { dilations: [2, 1] }],
    ['in groups', [4, 3, 3, 3], { strides: [2, 2], group: 2 }],
  ])('%s', async (_, shape, attributes) => {
    await expectEquivalentAtAll((n, x) => n.node('ConvTranspose', [x, n.random(shape)], attributes), ANY);
  });
});

describe('windows of any height and width', () => {
  test('are cut by sizes that the graph computes', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const [height, width] = [2, 3].map((axis) =>
          n.node('Div', [n.node('Gather', [n.node('Shape', [x]), n.integers([axis])]), n.integers([2])]),
        );
        const rows = [n.integers([-1, 4]), height, n.integers([2]), width, n.integers([2])];
        const blocks = n.node('Reshape', [x, n.concat(rows as Value[], 0)]);
        return n.node('Transpose', [blocks], { perm: [0, 2, 4, 1, 3, 5] });
      },
      [
        [6, 8],
        [4, 2],
      ],
    );
  });
});

test('windows of an image whose number is computed as a float', async () => {
  await expectEquivalentAtAll(
    (n, x) => {
      const [height, width] = [2, 3].map((axis) => {
        const half = n.div(n.node('Cast', [sizeOf(n, x, axis)], { to: 1 }), n.constant(2));
        return n.node('Cast', [n.node('Ceil', [half])], { to: 7 });
      });
      const rows = [n.node('Mul', [n.integers([8]), height as Value]), n.integers([2]), width, n.integers([2])];
      const blocks = n.node('Reshape', [x, n.concat(rows as Value[], 0)]);
      return n.node('Transpose', [blocks], { perm: [0, 2, 1, 3] });
    },
    [
      [6, 8],
      [4, 2],
    ],
  );
});

/** The height and width of `x`, times and then plus these. */
function sizesOf(n: Network, x: Value, factor: number, more: number): Value {
  const plane = n.node('Slice', [n.node('Shape', [x]), n.integers([2]), n.integers([4])]);
  return n.add(n.mul(plane, n.integers([factor, factor])), n.integers([more, more]));
}

describe('a resize of any height and width', () => {
  const modes: [string, Attributes][] = [
    ['nearest, as PyTorch has it', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }],
    ['nearest, by centres', { nearest_mode: 'round_prefer_ceil' }],
    ['linear, by centres', { mode: 'linear' }],
    ['linear, PyTorch', { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }],
    ['linear, corners', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }],
  ];
  test.each(modes)('by whole factors, %s', async (_, attributes) => {
    await expectEquivalentAtAll((n, x) => n.node('Resize', [x, undefined, n.constant([1, 1, 2, 3])], attributes), ANY);
  });

  const halving = modes.filter(([name]) => name !== 'linear, corners');
  test.each(halving)('by a half and a quarter, %s', async (_, attributes) => {
    await expectEquivalentAtAll(
      (n, x) => n.node('Resize', [x, undefined, n.constant([1, 1, 0.5, 0.25])], attributes),
      [...ANY, [3, 9], [2, 4]],
    );
  });

  const toSizes = modes.filter(([name]) => name !== 'nearest, by centres');
  test.each(toSizes)('to sizes that are computed, %s', async (_, attributes) => {
    await expectEquivalentAtAll(
      (n, x) => {
        const target = n.concat(
          [n.node('Slice', [n.node('Shape', [x]), n.integers([0]), n.integers([2])]), sizesOf(n, x, 2, 3)],
          0,
        );
        return n.node('Resize', [x, undefined, undefined, target], attributes);
      },
      [...ANY, [3, 1]],
    );
  });

  test('to a single pixel, PyTorch', async () => {
    await expectEquivalentAtAll(
      (n, x) => {
        const size = n.node('Shape', [n.node('MaxPool', [x], { kernel_shape: [4, 4], strides: [4, 4] })]);
        return n.node('Resize', [x, undefined, undefined, size], {
          mode: 'linear',
          coordinate_transformation_mode: 'pytorch_half_pixel',
        });
      },
      [
        [6, 9],
        [9, 7],
      ],
    );
  });

  const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
  const kinds: Attributes[] = [
    { mode: 'linear' },
    { mode: 'cubic' },
    { mode: 'cubic', cubic_coeff_a: { float: -0.5 }, exclude_outside: 1 },
    ...['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'].map((nearest_mode) => ({ nearest_mode })),
  ];
  const all = coordinates.flatMap((coordinate_transformation_mode) =>
    kinds.map((kind): Attributes => ({ ...kind, coordinate_transformation_mode })),
  );

  test.each(all)('by factors that are no fractions of a power of two, %j', async (attributes) => {
    for (const scales of [
      [1, 1, 1.5, 1.3],
      [1, 1, 0.75, 0.6],
      [1, 1, 1, 2.5],
      [1, 1, 3, 0.5],
    ])
      await expectEquivalentAtAll((n, x) => n.node('Resize', [x, undefined, n.constant(scales)], attributes), ANY);
  });

  test.each(all)('to more and to fewer than there are, %j', async (attributes) => {
    const more = (n: Network, x: Value) => sizesOf(n, x, 1, 3);
    const fewer = (n: Network, x: Value) => n.node('Div', [sizesOf(n, x, 2, 1), n.integers([3, 3])]);
    for (const target of [more, fewer])
      await expectEquivalentAtAll((n, x) => {
        const kept = n.node('Slice', [n.node('Shape', [x]), n.integers([0]), n.integers([2])]);
        return n.node('Resize', [x, undefined, undefined, n.concat([kept, target(n, x)], 0)], attributes);
      }, ANY);
  });

  test('about centres that are moved where the size was rounded down', async () => {
    for (const [height, width] of ANY) {
      const model = network(
        (n) =>
          n.node('Resize', [n.input(['batch', 4, 'height', 'width']), undefined, n.constant([1, 1, 0.7, 1.7])], {
            mode: 'linear',
            coordinate_transformation_mode: 'half_pixel_symmetric',
          }),
        { opset: 19 },
      );
      await expectEquivalent(model, { sizes: { batch: 2, height, width } });
    }
  });

  test('of sequences, and of integers', async () => {
    const linear = { mode: 'linear', coordinate_transformation_mode: 'align_corners' };
    for (const length of [5, 8]) {
      const sequence = network((n) =>
        n.node('Resize', [n.input([2, 3, 'length']), undefined, n.constant([1, 1, 1.6])], linear),
      );
      await expectEquivalent(sequence, { sizes: { length } });
    }
    await expectEquivalentAtAll(
      (n, x) =>
        n.node('Resize', [n.node('Cast', [x], { to: 6 }), undefined, n.constant([1, 1, 1.5, 0.6])], {
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        }),
      ANY,
    );
  });

  test.each<[string, number[], Attributes]>([
    ['smaller with antialias', [1, 1, 0.75, 0.75], { mode: 'linear', antialias: 1 }],
    ['of a region', [1, 1, 2, 2], { coordinate_transformation_mode: 'tf_crop_and_resize', mode: 'linear' }],
  ])('is refused %s', (_, scales, attributes) => {
    const model = network(
      (n) => {
        const region = n.constant([0, 0, 0, 0, 1, 1, 0.5, 0.5]);
        return n.node('Resize', [n.input([1, 2, 'height', 'width']), region, n.constant(scales)], attributes);
      },
      { opset: 18 },
    );
    expect(() => tfjs.lower(model, {})).toThrow(/Resize.*an axis of unknown size/);
  });
});

describe('a pool of any height and width', () => {
  test.each<[string, string, Attributes]>([
    ['of maxima, in ceil mode', 'MaxPool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
    [
      'of maxima, in ceil mode with padding',
      'MaxPool',
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
    ],
    ['of means that leave padding out', 'AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['of means, in ceil mode', 'AveragePool', { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }],
    [
      'of means that count padding, in ceil mode',
      'AveragePool',
      { kernel_shape: [4, 3], strides: [2, 2], pads: [1, 0, 1, 1], count_include_pad: 1, ceil_mode: 1 },
    ],
  ])('%s', async (_, operator, attributes) => {
    await expectEquivalentAtAll((n, x) => n.node(operator, [x], attributes), [...ANY, [8, 8]]);
  });
});
