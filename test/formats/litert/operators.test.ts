import { describe, expect, test } from 'vitest';
import { litert } from '../../../src/formats/litert/index.js';
import type { PlainAttribute, Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, operators } from './judge.js';

type Attributes = Readonly<Record<string, PlainAttribute>>;

describe('a convolution is exact', () => {
  test.each<[string, Parameters<Network['conv']>[1], readonly number[]]>([
    ['that pads as SAME does', { channels: 4, kernel: 3, pad: 1 }, [2, 3, 6, 5]],
    ['that pads otherwise, at stride 2 on even sizes', { channels: 4, kernel: 3, pad: 1, stride: 2 }, [1, 3, 6, 8]],
    ['at stride 2 on odd sizes', { channels: 4, kernel: 3, pad: 1, stride: 2 }, [1, 3, 7, 9]],
    ['with dilation and stride', { channels: 4, kernel: 3, pad: 2, stride: 2, dilation: 2 }, [1, 3, 9, 8]],
    ['in groups', { channels: 8, kernel: 3, pad: 1, group: 2 }, [1, 4, 5, 6]],
    ['depthwise, with two results each', { channels: 8, kernel: 3, pad: 1, group: 4, stride: 2 }, [1, 4, 6, 5]],
    ['depthwise, by a kernel that is taken apart', { channels: 4, kernel: 7, pad: 3, group: 4 }, [1, 4, 9, 8]],
    ['without a bias', { channels: 4, kernel: 1, bias: false }, [1, 3, 4, 4]],
  ])('%s', async (_, options, shape) => {
    await expectEquivalent(network((n) => n.relu(n.conv(n.input(shape), options))));
  });

  test('in groups is one operator', async () => {
    const model = network((n) => n.conv(n.input([1, 4, 5, 5]), { channels: 8, kernel: 3, group: 2 }));
    const counts = operators(await expectEquivalent(model));
    expect([...counts]).toEqual([['CONV_2D', 1]]);
  });

  test.each<[string, readonly number[], readonly number[], Attributes]>([
    ['over one axis', [2, 3, 9], [4, 3, 3], { pads: [1, 1], strides: [2] }],
    ['over three axes, in groups', [1, 4, 5, 6, 4], [6, 2, 3, 3, 3], { pads: [1, 1, 1, 1, 1, 1], group: 2 }],
    ['by unequal strides', [1, 3, 8, 9], [4, 3, 3, 2], { strides: [1, 2], pads: [1, 0, 1, 1] }],
    ['with SAME_LOWER', [1, 3, 8, 9], [4, 3, 4, 3], { auto_pad: 'SAME_LOWER', strides: [2, 2] }],
  ])('%s', async (_, shape, weight, attributes) => {
    await expectEquivalent(network((n) => n.node('Conv', [n.input(shape), n.random(weight)], attributes)));
  });

  test('by a kernel that is computed', async () => {
    await expectEquivalent(network((n) => n.node('Conv', [n.input([1, 2, 5, 5]), n.input([3, 2, 3, 3])])));
  });

  test.each<[string, number, Attributes]>([
    ['k2 s2', 2, { strides: [2, 2] }],
    ['k4 s2 p1', 4, { strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['k3 s1 p1', 3, { pads: [1, 1, 1, 1] }],
    ['k3 s2 p1', 3, { strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['k3 s2 p1 with an output padding', 3, { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }],
    ['k3 s2 with dilation', 3, { strides: [2, 2], dilations: [2, 2] }],
    ['in groups', 3, { strides: [2, 2], pads: [1, 0, 0, 1], group: 2 }],
  ])('transposed, %s', async (_, kernel, attributes) => {
    const inner = 'group' in attributes ? 2 : 3;
    const model = network((n) => {
      const weight = n.random([4, inner, kernel, kernel]);
      const bias = n.random(['group' in attributes ? 4 : 3]);
      return n.node('ConvTranspose', [n.input([1, 4, 5, 6]), weight, bias], attributes);
    });
    await expectEquivalent(model);
  });
});

describe('a pool is exact', () => {
  test.each<[string, string, Attributes]>([
    ['of maxima, as SAME', 'MaxPool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
    ['that pads with the least number', 'MaxPool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['of maxima, with dilation', 'MaxPool', { kernel_shape: [2, 3], dilations: [2, 1] }],
    ['of maxima whose last window hangs over', 'MaxPool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
    ['of means that leave padding out', 'AveragePool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['of means, as SAME', 'AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
    ['of means that count padding', 'AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }],
    ['of means, in ceil mode', 'AveragePool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
    ['over everything', 'GlobalAveragePool', {}],
    ['of maxima over everything', 'GlobalMaxPool', {}],
  ])('%s', async (_, operator, attributes) => {
    await expectEquivalent(network((n) => n.node(operator, [n.input([2, 3, 8, 7])], attributes)));
  });

  test('over everything is MEAN, which holds at other sizes too', async () => {
    const model = network((n) => n.globalAveragePool(n.input([1, 3, 6, 6])));
    expect([...operators(await expectEquivalent(model)).keys()]).toEqual(['MEAN']);
  });
});

describe('a product is exact', () => {
  test.each<[string, readonly number[], readonly number[]]>([
    ['of matrices', [3, 4], [4, 5]],
    ['of a batch by one matrix', [2, 3, 4], [4, 5]],
    ['of batches that broadcast from both sides', [2, 1, 3, 4], [1, 3, 4, 5]],
    ['of vectors', [4], [4]],
    ['of a vector by a batch', [4], [2, 4, 3]],
  ])('%s', async (_, a, b) => {
    await expectEquivalent(network((n) => n.node('MatMul', [n.input(a), n.input(b)])));
    await expectEquivalent(network((n) => n.node('MatMul', [n.input(a), n.random(b)])));
  });

  test.each<[string, Attributes, readonly number[] | undefined]>([
    ['with a bias', { transB: 1 }, [5]],
    ['transposed on both sides', { transA: 1, transB: 1 }, [5]],
    ['scaled', { alpha: { float: 0.5 }, beta: { float: 2 } }, [3, 5]],
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
    expect(operators(await expectEquivalent(model)).has('TRANSPOSE')).toBe(false);
  });
});

describe('a function is exact', () => {
  const between = (n: Network, low: number, high: number): Value =>
    n.node('Clip', [n.input([2, 3, 5]), n.constant(low), n.constant(high)]);

  test.each(
    [
      'Abs,Ceil,Cos,Cosh,Elu,Erf,Exp,Floor,Gelu,HardSigmoid,HardSwish,LeakyRelu,Mish,Neg,Reciprocal,Relu'.split(','),
      'Round,Selu,Sigmoid,Sign,Sin,Sinh,Softplus,Softsign,Softmax,LogSoftmax,Tanh,Atan,Asinh,Celu'.split(','),
      ['ThresholdedRelu', 'Shrink', 'Swish'],
    ].flat(),
  )('%s', async (operator) => {
    const opset = operator === 'Swish' ? 24 : operator === 'Gelu' ? 20 : 18;
    await expectEquivalent(network((n) => n.node(operator, [n.input([2, 3, 5])]), { opset }));
  });

  test.each<[string, number, number]>([
    ['Acos', -0.9, 0.9],
    ['Asin', -0.9, 0.9],
    ['Atanh', -0.9, 0.9],
    ['Acosh', 1.1, 3],
    ['Log', 0.1, 3],
    ['Sqrt', 0.1, 3],
    ['Tan', -1, 1],
  ])('%s', async (operator, low, high) => {
    await expectEquivalent(network((n) => n.node(operator, [between(n, low, high)]), { opset: 18 }));
  });

  test('a gelu that an export wrote as five nodes is one operator', async () => {
    const model = network((n) => {
      const x = n.input([2, 6]);
      const erf = n.node('Erf', [n.node('Div', [x, n.constant(Math.SQRT2)])]);
      return n.node('Mul', [n.node('Mul', [x, n.node('Add', [erf, n.constant(1)])]), n.constant(0.5)]);
    });
    expect(operators(await expectEquivalent(model)).get('GELU')).toBe(1);
  });

  test('a slope for each channel is an operator of its own', async () => {
    const model = network((n) => n.node('PRelu', [n.input([1, 4, 3, 3]), n.random([4, 1, 1])]));
    expect(operators(await expectEquivalent(model)).get('PRELU')).toBe(1);
  });
});

describe('what normalises is exact', () => {
  test.each<[string, (n: Network) => Value, number]>([
    ['layers', (n) => n.node('LayerNormalization', [n.input([2, 3, 8]), n.random([8]), n.random([8])]), 17],
    ['instances', (n) => n.node('InstanceNormalization', [n.input([2, 3, 4, 5]), n.random([3]), n.random([3])]), 17],
    [
      'groups',
      (n) => n.node('GroupNormalization', [n.input([2, 6, 4, 5]), n.random([6]), n.random([6])], { num_groups: 3 }),
      21,
    ],
    ['neighbouring channels', (n) => n.node('LRN', [n.input([1, 6, 3, 3])], { size: 3 }), 17],
    ['by a norm', (n) => n.node('LpNormalization', [n.input([2, 5])], { axis: 1, p: 2 }), 17],
  ])('%s', async (_, build, opset) => {
    await expectEquivalent(network(build, { opset }));
  });
});

describe('what moves elements is exact', () => {
  test.each<[string, (n: Network) => Value]>([
    [
      'Gather with indices from the end',
      (n) => n.node('Gather', [n.input([2, 5, 3]), n.integers([-1, 0])], { axis: 1 }),
    ],
    [
      'Gather with computed indices',
      (n) => n.node('Gather', [n.input([4, 3]), n.input([2, 2], 'int64', 'places')], { axis: 0 }),
    ],
    [
      'GatherElements',
      (n) => n.node('GatherElements', [n.input([3, 3]), n.input([2, 3], 'int64', 'places')], { axis: 0 }),
    ],
    [
      'Slice backwards',
      (n) => n.node('Slice', [n.input([2, 5]), n.integers([-1]), n.integers([-9]), n.integers([1]), n.integers([-2])]),
    ],
    [
      'Pad with a number',
      (n) => n.node('Pad', [n.input([1, 2, 3, 4]), n.integers([0, 0, 1, 2, 0, 0, 0, 1]), n.constant(7)]),
    ],
    ['Pad that cuts', (n) => n.node('Pad', [n.input([1, 2, 5, 4]), n.integers([0, 0, -1, 2, 0, 0, 0, -1])])],
    [
      'Pad that reflects',
      (n) => n.node('Pad', [n.input([1, 2, 3, 4]), n.integers([0, 0, 1, 2, 0, 0, 2, 1])], { mode: 'reflect' }),
    ],
    ['Transpose of six axes', (n) => n.node('Transpose', [n.input([2, 1, 3, 2, 2, 2])], { perm: [5, 0, 3, 1, 4, 2] })],
    [
      'Concat of seven',
      (n) =>
        n.concat(
          Array.from({ length: 7 }, (_, i) => n.input([1, i + 1, 2, 2], 'float32', `x${i}`)),
          1,
        ),
    ],
    ['DepthToSpace, CRD', (n) => n.node('DepthToSpace', [n.input([1, 8, 2, 3])], { blocksize: 2, mode: 'CRD' })],
    ['DepthToSpace, DCR', (n) => n.node('DepthToSpace', [n.input([1, 8, 2, 3])], { blocksize: 2 })],
    ['SpaceToDepth', (n) => n.node('SpaceToDepth', [n.input([1, 2, 4, 6])], { blocksize: 2 })],
    ['Expand', (n) => n.node('Expand', [n.input([3, 1]), n.integers([2, 3, 4])])],
    ['Tile', (n) => n.node('Tile', [n.input([2, 3]), n.integers([2, 2])])],
    ['Where', (n) => n.node('Where', [n.input([2, 1], 'bool', 'test'), n.input([2, 3]), n.input([3], 'float32', 'y')])],
    ['ArgMax, the last', (n) => n.node('ArgMax', [n.input([2, 5])], { axis: 1, select_last_index: 1, keepdims: 0 })],
    ['CumSum', (n) => n.node('CumSum', [n.input([2, 5]), n.integers(1)], { exclusive: 1, reverse: 1 })],
    ['OneHot', (n) => n.node('OneHot', [n.input([3], 'int64'), n.integers(4), n.constant([2, 5])], { axis: 0 })],
    [
      'ScatterND',
      (n) =>
        n.node('ScatterND', [n.input([4, 3]), n.constant([1, 3], [2, 1], 'int64'), n.input([2, 3], 'float32', 'u')]),
    ],
  ])('%s', async (_, build) => {
    await expectEquivalent(network(build));
  });

  test('TopK gives numbers and places', async () => {
    await expectEquivalent(network((n) => n.nodes('TopK', [n.input([2, 6]), n.integers([3])], { largest: 0 }, 2)));
  });
});

describe('a resize is exact', () => {
  test.each<[string, Attributes, readonly number[]]>([
    [
      'nearest, as PyTorch has it',
      { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      [2, 3],
    ],
    ['nearest, by centres', { mode: 'nearest' }, [0.5, 1.5]],
    ['linear, by centres', { mode: 'linear' }, [2, 1.4]],
    ['linear, corners', { mode: 'linear', coordinate_transformation_mode: 'align_corners' }, [2, 3]],
    ['cubic', { mode: 'cubic' }, [1.5, 2]],
  ])('%s', async (_, attributes, [y = 1, x = 1]) => {
    await expectEquivalent(
      network((n) => n.node('Resize', [n.input([1, 2, 6, 5]), undefined, n.constant([1, 1, y, x])], attributes)),
    );
  });
});

describe('what cannot be written is refused by name', () => {
  test.each<[string, (n: Network) => Value, RegExp]>([
    [
      'whose number of results is known only when it runs',
      (n) => n.node('NonZero', [n.input([2, 3])]),
      /NonZero at .*known only when it runs/,
    ],
    ['without a row', (n) => n.node('Det', [n.input([2, 2])]), /Det at .*is not written for LiteRT/],
    [
      'of arithmetic that wraps',
      (n) => n.node('Add', [n.input([2], 'uint8'), n.input([2], 'uint8', 'y')]),
      /Add at .*uint8 arithmetic/,
    ],
    ['of an open height', (n) => n.relu(n.input([1, 3, 'height', 8])), /axis 2 is not known; fix it with --shape/],
  ])('%s', (_, build, reason) => {
    expect(() => litert.lower(network(build), {})).toThrow(reason);
  });
});
