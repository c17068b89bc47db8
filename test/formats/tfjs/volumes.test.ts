import { describe, expect, test } from 'vitest';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import { type PlainAttribute, sizeOf } from '../../../src/model/index.js';
import { network } from '../../network.js';
import { expectEquivalent } from './judge.js';

type Attributes = Readonly<Record<string, PlainAttribute>>;

describe('a pool over three axes is exact', () => {
  const windows: [string, Attributes][] = [
    ['over the first', { kernel_shape: [3, 1, 1] }],
    ['over the first, padded', { kernel_shape: [3, 1, 1], pads: [1, 0, 0, 1, 0, 0] }],
    ['over the last two', { kernel_shape: [1, 2, 3], strides: [1, 2, 1] }],
    ['over all', { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }],
    ['over all, padded', { kernel_shape: [2, 3, 3], strides: [2, 1, 2], pads: [1, 1, 0, 0, 1, 1] }],
    ['over all, in ceil mode', { kernel_shape: [2, 3, 2], strides: [2, 2, 3], pads: [0, 1, 0, 1, 1, 1], ceil_mode: 1 }],
    ['with strides alone', { kernel_shape: [1, 1, 1], strides: [2, 1, 2] }],
    ['over one element', { kernel_shape: [1, 1, 1] }],
  ];
  for (const operator of ['MaxPool', 'AveragePool']) {
    test.each(windows)(`${operator} %s`, async (_, attributes) => {
      await expectEquivalent(network((n) => n.node(operator, [n.input([2, 3, 5, 6, 7])], attributes)));
    });
  }

  test('of means that count padding', async () => {
    const attributes = { kernel_shape: [3, 2, 3], pads: [1, 1, 0, 1, 0, 2], count_include_pad: 1, ceil_mode: 1 };
    await expectEquivalent(network((n) => n.node('AveragePool', [n.input([1, 2, 5, 4, 6])], attributes)));
  });

  test('of a batch of any size', async () => {
    const attributes = { kernel_shape: [3, 2, 1], pads: [1, 0, 0, 1, 1, 0] };
    const model = network((n) => n.node('AveragePool', [n.input(['batch', 2, 4, 5, 3])], attributes));
    await expectEquivalent(model, { sizes: { batch: 2 } });
  });
});

describe('a pool of maxima with dilation is exact', () => {
  test.each<[string, readonly number[], Attributes]>([
    ['over one axis', [2, 3, 11], { kernel_shape: [3], dilations: [3], strides: [2], pads: [1, 2] }],
    ['over two', [1, 3, 13, 17], { kernel_shape: [2, 3], dilations: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['along one of two', [2, 2, 7, 9], { kernel_shape: [3, 2], dilations: [1, 4], strides: [2, 1] }],
    ['in ceil mode', [1, 2, 9, 10], { kernel_shape: [3, 2], dilations: [2, 3], strides: [2, 3], ceil_mode: 1 }],
    ['over three', [1, 2, 7, 6, 8], { kernel_shape: [2, 2, 3], dilations: [3, 1, 2], strides: [1, 2, 2] }],
  ])('%s', async (_, shape, attributes) => {
    await expectEquivalent(network((n) => n.node('MaxPool', [n.input(shape)], attributes)));
  });
});

describe('a convolution over three axes is exact', () => {
  test.each<[string, number[], Attributes]>([
    ['padded', [4, 6, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1] }],
    ['padded unevenly, with strides', [4, 6, 2, 3, 2], { pads: [0, 1, 2, 1, 0, 1], strides: [2, 1, 2] }],
    ['in groups', [4, 3, 2, 2, 2], { group: 2 }],
    ['in groups, padded', [9, 2, 3, 3, 3], { group: 3, pads: [1, 1, 1, 1, 1, 1], strides: [2, 2, 2] }],
    ['of each channel by itself', [6, 1, 3, 1, 2], { group: 6, pads: [1, 0, 0, 1, 0, 1] }],
  ])('%s', async (_, weight, attributes) => {
    const [outputs = 1, perGroup = 1, ...kernel_shape] = weight;
    const channels = perGroup * Number(attributes.group ?? 1);
    const model = network((n) =>
      n.node('Conv', [n.input([2, channels, 4, 5, 6]), n.random(weight), n.random([outputs])], {
        kernel_shape,
        ...attributes,
      }),
    );
    await expectEquivalent(model);
  });
});

describe('a choice between tensors of more than 4 axes is exact', () => {
  type Shapes = [readonly number[], readonly number[], readonly number[]];
  test.each<[string, Shapes]>([
    [
      'alike',
      [
        [2, 1, 3, 2, 2],
        [2, 1, 3, 2, 2],
        [2, 1, 3, 2, 2],
      ],
    ],
    ['that broadcast', [[5], [2, 1, 4, 1], [1, 2, 3, 4, 5]]],
    ['where one is a number', [[2, 3, 2, 2, 2], [], [2, 3, 2, 2, 2]]],
    [
      'where an axis of size 1 lies between axes that differ',
      [
        [2, 1, 1, 2, 3],
        [1, 1, 3, 2, 3],
        [2, 1, 3, 1, 1],
      ],
    ],
    [
      'of six axes',
      [
        [1, 1, 2, 1, 2, 2],
        [2, 1, 1, 1, 2, 2],
        [2, 1, 2, 3, 2, 2],
      ],
    ],
  ])('%s', async (_, [condition, a, b]) => {
    for (const dtype of ['float32', 'int64'] as const) {
      await expectEquivalent(
        network((n) => n.node('Where', [n.input(condition, 'bool'), n.input(a, dtype), n.input(b, dtype)])),
      );
    }
  });

  test('at any batch size', async () => {
    const shape = ['batch', 2, 3, 2, 2];
    const model = network((n) => n.node('Where', [n.input([1, 1, 3, 2, 2], 'bool'), n.input(shape), n.constant([-1])]));
    await expectEquivalent(model, { sizes: { batch: 3 } });
  });

  test('and refused where five of them broadcast each in its own way', () => {
    const model = network((n) =>
      n.node('Where', [n.input([2, 1, 2, 1, 2], 'bool'), n.input([1, 2, 1, 2, 1]), n.input([2, 2, 2, 2, 2])]),
    );
    expect(() => tfjs.lower(model, {})).toThrow(/more than 4 axes/);
  });
});

describe('single elements are moved at any rank', () => {
  const shapes: number[][] = [[4], [2, 3], [2, 2, 3, 2, 2], [2, 1, 2, 3, 1, 2]];
  for (const shape of shapes) {
    const axis = shape.indexOf(Math.max(...shape));
    const smaller = shape.map((size, at) => (at === axis ? 2 : Math.max(size - 1, 1)));
    const values = Array.from({ length: sizeOf(smaller) }, (_, i) => (i % 2) - 1);

    test(`gathered from [${shape}]`, async () => {
      for (const dtype of ['float32', 'int64', 'bool'] as const) {
        await expectEquivalent(
          network((n) =>
            n.node('GatherElements', [n.input(shape, dtype), n.constant(values, smaller, 'int64')], { axis }),
          ),
        );
        await expectEquivalent(
          network((n) => n.node('GatherElements', [n.input(shape, dtype), n.input(smaller, 'int64')], { axis })),
        );
      }
    });

    test(`scattered into [${shape}]`, async () => {
      const one = smaller.map((size, at) => (at === axis ? 1 : size));
      for (const dtype of ['float32', 'int64'] as const) {
        await expectEquivalent(
          network((n) =>
            n.node(
              'ScatterElements',
              [n.input(shape, dtype), n.constant(values, smaller, 'int64'), n.input(smaller, dtype)],
              { axis },
            ),
          ),
        );
        await expectEquivalent(
          network((n) =>
            n.node('ScatterElements', [n.input(shape, dtype), n.input(one, 'int64'), n.input(one, dtype)], { axis }),
          ),
        );
      }
    });

    test(`scattered by index vectors into [${shape}]`, async () => {
      const vectors = [shape.map((size) => size - 1), shape.map(() => 0)];
      await expectEquivalent(
        network((n) =>
          n.node('ScatterND', [
            n.input(shape, 'int32'),
            n.constant(vectors.flat(), [2, shape.length], 'int64'),
            n.input([2], 'int32'),
          ]),
        ),
      );
    });
  }
});

describe('along each of more than 4 axes', () => {
  test.each([0, 1, 2, 4, 5])('CumSum is exact, axis %i', async (axis) => {
    for (const dtype of ['float32', 'int64'] as const) {
      await expectEquivalent(
        network((n) =>
          n.node('CumSum', [n.input([2, 3, 2, 2, 1, 3], dtype), n.integers(axis)], { reverse: 1, exclusive: 1 }),
        ),
      );
    }
  });

  test.each([0, 1, 3, 4])('the last of the greatest is found, axis %i', async (axis) => {
    await expectEquivalent(
      network((n) => n.node('ArgMax', [n.input([2, 3, 2, 2, 3], 'int32')], { axis, select_last_index: 1 })),
    );
  });
});
