import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import { type PlainAttribute, sizeOf, type Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { answersOfSource, difference, expectEquivalent, feedsFor, operations, run } from './judge.js';

type Attributes = Readonly<Record<string, PlainAttribute>>;

describe('a pool is exact', () => {
  test.each<[string, string, Attributes]>([
    ['that pads with the least number', 'MaxPool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['of maxima whose last window hangs over', 'MaxPool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
    ['of means that leave padding out', 'AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    [
      'of means that count padding',
      'AveragePool',
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1], count_include_pad: 1 },
    ],
    [
      'of means that count padding, in ceil mode',
      'AveragePool',
      { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], count_include_pad: 1, ceil_mode: 1 },
    ],
    ['of means, in ceil mode', 'AveragePool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
    ['with SAME_UPPER', 'AveragePool', { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
    ['over everything', 'GlobalAveragePool', {}],
    ['of maxima over everything', 'GlobalMaxPool', {}],
  ])('%s', async (_, operator, attributes) => {
    await expectEquivalent(network((n) => n.node(operator, [n.input([2, 3, 8, 7])], attributes)));
  });

  test('over one axis', async () => {
    await expectEquivalent(
      network((n) => n.node('AveragePool', [n.input([1, 3, 9])], { kernel_shape: [4], strides: [3], pads: [1, 1] })),
    );
  });

  test.each(['MaxPool', 'AveragePool'])(
    'or %s is refused by name where its kernel just misses the image',
    (operator) => {
      const model = network((n) => n.node(operator, [n.input([1, 2, 3, 2])], { kernel_shape: [3, 3] }));
      expect(() => tfjs.lower(model, {})).toThrow(/a pool that finds no window/);
    },
  );

  test('of space whose size is known only when it runs', async () => {
    const model = network((n) => n.globalAveragePool(n.input([1, 3, 'height', 'width'])));
    await expectEquivalent(model, { sizes: { height: 5, width: 6 } });
  });
});

describe('a resize is exact', () => {
  const modes: [string, number, number][] = [
    ['up by whole factors', 2, 3],
    ['up by others', 1.5, 2.6],
    ['down', 0.5, 0.6],
  ];
  const settings: Record<string, Attributes> = {
    'nearest, as PyTorch has it': {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    },
    'nearest, by centres': { mode: 'nearest' },
    'nearest, about the centre': { mode: 'nearest', coordinate_transformation_mode: 'half_pixel_symmetric' },
    'nearest, by centres, ceiling': { mode: 'nearest', nearest_mode: 'round_prefer_ceil' },
    'linear, by centres': { mode: 'linear' },
    'linear, PyTorch': { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' },
    'linear, corners': { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    'linear, asymmetric': { mode: 'linear', coordinate_transformation_mode: 'asymmetric' },
    cubic: { mode: 'cubic' },
    'cubic, within': { mode: 'cubic', exclude_outside: 1 },
    'linear, smoothed': { mode: 'linear', antialias: 1 },
    'cubic, smoothed': { mode: 'cubic', antialias: 1 },
  };
  for (const [setting, attributes] of Object.entries(settings)) {
    test.each(modes)(`${setting}, %s`, async (_, y, x) => {
      const model = network(
        (n) => n.node('Resize', [n.input([1, 2, 6, 5]), undefined, n.constant([1, 1, y, x])], attributes),
        { opset: 18 },
      );
      await expectEquivalent(model);
    });
  }

  test('to given sizes at any batch', async () => {
    const model = () =>
      network((n) => {
        const x = n.input(['batch', 3, 4, 4]);
        const batch = n.node('Slice', [n.node('Shape', [x]), n.integers([0]), n.integers([2])]);
        return n.node('Resize', [x, undefined, undefined, n.concat([batch, n.integers([7, 9])], 0)], {
          mode: 'linear',
        });
      });
    for (const batch of [1, 3]) await expectEquivalent(model(), { sizes: { batch } });
  });
});

describe('a product is exact', () => {
  test.each<[string, readonly number[], readonly number[]]>([
    ['of matrices', [3, 4], [4, 5]],
    ['of a batch by one matrix', [2, 3, 4], [4, 5]],
    ['of batches', [2, 3, 4], [2, 4, 5]],
    ['of batches large enough to be taken apart', [3, 40, 32], [3, 32, 24]],
    ['of a matrix by a batch', [3, 4], [2, 4, 5]],
    ['of batches that broadcast from both sides', [2, 1, 3, 4], [1, 3, 4, 5]],
    ['of batches whose inner axis broadcasts', [2, 2, 2, 3], [2, 1, 3, 2]],
    ['of vectors', [4], [4]],
    ['of a vector by a matrix', [4], [4, 3]],
    ['of a batch by a vector', [2, 3, 4], [4]],
    ['of a vector by a batch', [4], [2, 4, 3]],
  ])('%s', async (_, a, b) => {
    await expectEquivalent(network((n) => n.node('MatMul', [n.input(a), n.input(b)])));
    await expectEquivalent(network((n) => n.node('MatMul', [n.input(a), n.random(b)])));
  });

  test('of batches at any batch size', async () => {
    const model = () => network((n) => n.node('MatMul', [n.input(['batch', 2, 3, 4]), n.input(['batch', 2, 4, 5])]));
    for (const batch of [1, 3]) await expectEquivalent(model(), { sizes: { batch } });
  });

  test.each<[string, Attributes, readonly number[] | undefined]>([
    ['with nothing added', {}, undefined],
    ['transposed on both sides', { transA: 1, transB: 1 }, [5]],
    ['scaled', { alpha: { float: 0.5 }, beta: { float: 2 } }, [3, 5]],
    ['with a number added to each row', { transB: 1 }, [3, 1]],
  ])('Gemm %s', async (_, attributes, bias) => {
    const { transA = 0, transB = 0 } = attributes;
    const model = network((n) => {
      const [a, b] = [n.input(transA ? [4, 3] : [3, 4]), n.random(transB ? [5, 4] : [4, 5])];
      return n.node('Gemm', bias ? [a, b, n.random(bias)] : [a, b], attributes);
    });
    await expectEquivalent(model);
  });

  test('of a flattened image, whose weights are re-ordered instead of the image', async () => {
    const model = network((n) =>
      n.linear(n.node('Flatten', [n.relu(n.conv(n.input([2, 3, 4, 5]), { channels: 4, kernel: 3 }))]), 6),
    );
    expect(operations(await expectEquivalent(model)).has('Transpose')).toBe(false);
  });
});

describe('an einsum is exact', () => {
  test.each<[string, (readonly number[])[]]>([
    [
      'bhqd,bhkd->bhqk',
      [
        [2, 2, 3, 4],
        [2, 2, 5, 4],
      ],
    ],
    [
      'bqc,kc->bkq',
      [
        [2, 3, 4],
        [5, 4],
      ],
    ],
    [
      'ij,jk->',
      [
        [3, 4],
        [4, 5],
      ],
    ],
    ['abc->cb', [[2, 3, 4]]],
    ['i,j->ji', [[3], [4]]],
    [
      'bi,bi->b',
      [
        [3, 4],
        [3, 4],
      ],
    ],
    [
      'bij,bk->bj',
      [
        [2, 3, 4],
        [2, 5],
      ],
    ],
  ])('%s', async (equation, shapes) => {
    await expectEquivalent(
      network((n) =>
        n.node(
          'Einsum',
          shapes.map((shape) => n.input(shape)),
          { equation },
        ),
      ),
    );
  });
});

test('blocks into channels, the source channel counted first, are a transpose between two reshapes', async () => {
  // No engine loads operator set 28 yet; by ONNX's definition it is these three.
  const blocks = { blocksize: 2, mode: 'CRD' };
  const model = network((n) => n.node('SpaceToDepth', [n.input([2, 3, 4, 6])], blocks), { opset: 28 });
  const defined = network((n) =>
    n.reshape(n.transpose(n.reshape(n.input([2, 3, 4, 6]), [2, 3, 2, 2, 3, 2]), [0, 1, 3, 5, 2, 4]), [2, 12, 2, 3]),
  );
  const feeds = feedsFor(defined);
  const [expected] = (await answersOfSource(writeOnnx(defined), defined, feeds)).values();
  const [actual] = (await run(tfjs.lower(model, {}), feeds)).values();
  expect(difference(expected, actual)).toBe(0);
});

test('an einsum with a letter twice in the result is refused by name', () => {
  const model = network((n) => n.node('Einsum', [n.input([3])], { equation: 'i->ii' }));
  expect(() => tfjs.lower(model, {})).toThrow(/Einsum at .*letter twice in the result/);
});

describe('numbers quantized and back', () => {
  test.each<[string, readonly number[], string]>([
    ['as a whole', [], 'uint8'],
    ['by channel', [3], 'int8'],
  ])('%s', async (_, shape, type) => {
    const dtype = type === 'uint8' ? 'uint8' : 'int8';
    const model = network((n) => {
      const scale = n.random(shape, 0.005, 0.02);
      const zero = n.constant(new Array(sizeOf(shape)).fill(dtype === 'uint8' ? 100 : -5), shape, dtype);
      const stored = n.node('QuantizeLinear', [n.input([2, 3, 4, 4]), scale, zero], { axis: 1 });
      return n.conv(n.node('DequantizeLinear', [stored, scale, zero], { axis: 1 }), { channels: 4 });
    });
    await expectEquivalent(model);
  });
});

describe('along any axis', () => {
  const axes = [0, 1, 2, 3, -1];
  const along: [string, (n: Network, x: Value, axis: number) => Value][] = [
    ['Softmax', (n, x, axis) => n.node('Softmax', [x], { axis })],
    ['LogSoftmax', (n, x, axis) => n.node('LogSoftmax', [x], { axis })],
    ['ArgMax', (n, x, axis) => n.node('ArgMax', [x], { axis, keepdims: 0 })],
    ['ArgMax of the last', (n, x, axis) => n.node('ArgMax', [n.node('Round', [x])], { axis, select_last_index: 1 })],
    ['CumSum', (n, x, axis) => n.node('CumSum', [x, n.integers(axis)], { exclusive: 1, reverse: 1 })],
    ['TopK', (n, x, axis) => n.concat(n.nodes('TopK', [x, n.integers([2])], { axis, largest: 0 }, 2).slice(0, 1))],
    [
      'OneHot',
      (n, x, axis) => n.node('OneHot', [n.node('Cast', [x], { to: 7 }), n.integers(4), n.constant([2, 5])], { axis }),
    ],
    [
      'GatherElements',
      (n, x, axis) =>
        n.node(
          'GatherElements',
          [
            x,
            n.constant(
              new Array(16).fill(0).map((_, i) => (i % 3) - 1),
              [2, 2, 2, 2],
              'int64',
            ),
          ],
          { axis },
        ),
    ],
    ['LpNormalization', (n, x, axis) => n.node('LpNormalization', [x], { axis })],
  ];
  for (const [name, build] of along) {
    test.each(axes)(`${name}, %i`, async (axis) => {
      await expectEquivalent(network((n) => build(n, n.input([2, 3, 4, 5]), axis)));
    });
  }

  test.each([0, 1, 2])('Softmax before opset 13 flattens from axis %i on', async (axis) => {
    await expectEquivalent(network((n) => n.node('Softmax', [n.input([2, 3, 2, 4])], { axis }), { opset: 11 }));
  });
});

describe('a normalisation is exact', () => {
  test.each<[string, (n: Network, x: Value) => Value]>([
    ['BatchNormalization', (n, x) => n.batchNorm(x)],
    ['InstanceNormalization', (n, x) => n.node('InstanceNormalization', [x, n.random([4]), n.random([4])])],
    [
      'LayerNormalization over channels',
      (n, x) => n.node('LayerNormalization', [x, n.random([4, 3, 5]), n.random([4, 3, 5])], { axis: 1 }),
    ],
    ['LayerNormalization over the last axis', (n, x) => n.node('LayerNormalization', [x, n.random([5])], { axis: -1 })],
    ['LRN', (n, x) => n.node('LRN', [x], { size: 3 })],
    ['MeanVarianceNormalization', (n, x) => n.node('MeanVarianceNormalization', [x])],
  ])('%s', async (_, build) => {
    await expectEquivalent(network((n) => build(n, n.input([2, 4, 3, 5]))));
  });

  test.each([18, 21])('GroupNormalization of opset %i', async (opset) => {
    const length = opset < 21 ? 2 : 6;
    const model = network(
      (n) =>
        n.node('GroupNormalization', [n.input([2, 6, 3, 4]), n.random([length]), n.random([length])], {
          num_groups: 2,
        }),
      { opset },
    );
    await expectEquivalent(model);
  });
});

describe('shapes stay as dynamic as they were', () => {
  test('a batch of any size goes through a reshape that asks for it', async () => {
    const model = () =>
      network((n) => {
        const x = n.input(['batch', 4, 3, 3]);
        const batch = n.node('Gather', [n.node('Shape', [x]), n.integers([0])], { axis: 0 });
        return n.node('Reshape', [n.relu(x), n.concat([batch, n.integers([2, -1])], 0)]);
      });
    for (const batch of [1, 3]) await expectEquivalent(model(), { sizes: { batch } });
  });

  test('an image of any size goes through convolutions', async () => {
    const model = () =>
      network((n) => n.conv(n.input(['n', 3, 'h', 'w']), { channels: 4, kernel: 3, pad: 1, stride: 2 }));
    await expectEquivalent(model(), { sizes: { n: 2, h: 9, w: 6 } });
  });

  test('two sizes that are not known are measured', async () => {
    const model = () =>
      network((n) => n.node('Flatten', [n.transpose(n.input(['n', 'length', 2, 3]), [1, 0, 2, 3])], { axis: 2 }));
    await expectEquivalent(model(), { sizes: { n: 2, length: 3 } });
  });
});
