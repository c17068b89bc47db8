import { describe, expect, test } from 'vitest';
import { InputError, type PlainAttribute, Tensor } from '../../src/model/index.js';
import { operatorOf, resultsFor } from '../../src/operators/index.js';
import { Network } from '../network.js';

/** A shape is an input of float32; a tensor is a constant; undefined is left out. */
type Operand = readonly number[] | Tensor | undefined;
type Attributes = Readonly<Record<string, PlainAttribute>>;

function build(operator: string, operands: readonly Operand[], attributes: Attributes, opset: number) {
  const n = new Network({ opset });
  const inputs = operands.map((operand) => {
    if (operand === undefined) return undefined;
    return operand instanceof Tensor ? n.model.graph.addConstant(operand) : n.input(operand);
  });
  return n.nodes(operator, inputs, attributes, operator === 'TopK' ? 2 : 1);
}

const float = (...values: number[]) => Tensor.from('float32', [values.length], values);
const integer = (...values: number[]) => Tensor.from('int64', [values.length], values);
const scalar = (value: number, dtype: 'float32' | 'int64' = 'float32') => Tensor.from(dtype, [], [value]);
const IMAGE = [1, 4, 8, 8];
const KERNEL = [8, 4, 3, 3];

// ONNX Runtime 1.32 refuses each of these, when it loads the model or when it runs it.
const REFUSED: readonly [string, string, RegExp, readonly Operand[], Attributes?, number?][] = [
  ['group 0', 'Conv', /group/, [IMAGE, KERNEL], { group: 0 }],
  ['group -1', 'Conv', /group/, [IMAGE, KERNEL], { group: -1 }],
  ['3 groups of 4 channels', 'Conv', /group/, [IMAGE, KERNEL], { group: 3 }],
  ['other channels than the weight', 'Conv', /channels/, [IMAGE, [8, 3, 3, 3]]],
  ['2 groups of 7 outputs', 'Conv', /group/, [IMAGE, [7, 2, 3, 3]], { group: 2 }],
  ['another kernel than the weight', 'Conv', /kernel_shape/, [IMAGE, KERNEL], { kernel_shape: [3, 1] }],
  ['a weight of rank 5', 'Conv', /rank/, [IMAGE, [8, 4, 3, 3, 3]]],
  ['an input of rank 0', 'Conv', /rank/, [[], KERNEL]],
  ['a short bias', 'Conv', /bias/, [IMAGE, KERNEL, [7]]],
  ['a bias of rank 2', 'Conv', /bias/, [IMAGE, KERNEL, [8, 1]]],
  ['three pads', 'Conv', /pads/, [IMAGE, KERNEL], { pads: [1, 1, 1] }],
  ['a negative pad', 'Conv', /pads -1/, [IMAGE, KERNEL], { pads: [-1, 0, 0, 0] }],
  ['a stride of 0', 'Conv', /strides 0/, [IMAGE, KERNEL], { strides: [0, 1] }],
  ['a negative stride', 'Conv', /strides -1/, [IMAGE, KERNEL], { strides: [1, -1] }],
  ['a dilation of 0', 'Conv', /dilations 0/, [IMAGE, KERNEL], { dilations: [0, 1] }],
  ['a dilation of 10^9', 'Conv', /kernel/, [IMAGE, KERNEL], { dilations: [10 ** 9, 1] }],
  ['an unknown auto_pad', 'Conv', /auto_pad/, [IMAGE, KERNEL], { auto_pad: 'BOGUS' }],
  ['SAME beside pads', 'Conv', /auto_pad/, [IMAGE, KERNEL], { auto_pad: 'SAME_UPPER', pads: [1, 1, 1, 1] }],
  ['SAME beside pads of 0', 'Conv', /auto_pad/, [IMAGE, KERNEL], { auto_pad: 'SAME_UPPER', pads: [0, 0, 0, 0] }],
  ['VALID beside pads', 'Conv', /auto_pad/, [IMAGE, KERNEL], { auto_pad: 'VALID', pads: [1, 1, 1, 1] }],
  ['a kernel larger than the input', 'Conv', /kernel/, [IMAGE, [8, 4, 9, 1]]],
  ['a kernel much larger than the input', 'AveragePool', /kernel/, [IMAGE], { kernel_shape: [10, 1] }],
  ['no kernel', 'MaxPool', /kernel_shape/, [IMAGE]],
  ['a kernel of one axis for two', 'MaxPool', /kernel_shape/, [IMAGE], { kernel_shape: [3] }],
  ['a kernel of 0', 'MaxPool', /kernel_shape 0/, [IMAGE], { kernel_shape: [0, 2] }],
  ['no spatial axes', 'GlobalAveragePool', /rank/, [[3, 4]]],
  ['3 groups of 4 channels', 'ConvTranspose', /group/, [IMAGE, [4, 3, 3, 3]], { group: 3 }],
  ['other channels than the weight', 'ConvTranspose', /channels/, [IMAGE, [5, 3, 3, 3]]],
  [
    'more output padding than stride',
    'ConvTranspose',
    /output_padding/,
    [IMAGE, [4, 3, 3, 3]],
    { output_padding: [2, 2] },
  ],
  ['negative output padding', 'ConvTranspose', /output_padding/, [IMAGE, [4, 3, 3, 3]], { output_padding: [-1, 0] }],
  ['statistics of different lengths', 'BatchNormalization', /length/, [IMAGE, [4], [4], [3], [4]]],
  ['statistics for other channels', 'BatchNormalization', /length/, [IMAGE, [5], [5], [5], [5]]],
  ['a scale of rank 2', 'BatchNormalization', /rank/, [IMAGE, [4, 1], [4], [4], [4]]],
  ['a scale for other channels', 'InstanceNormalization', /length/, [IMAGE, [3], [3]]],
  ['3 groups of 4 channels', 'GroupNormalization', /num_groups/, [IMAGE, [3], [3]], { num_groups: 3 }, 18],
  ['a scale that does not broadcast', 'LayerNormalization', /scale/, [IMAGE, [7]]],
  ['an axis that is not there', 'LayerNormalization', /axis/, [IMAGE, [8]], { axis: 4 }],
  ['a size of 0', 'LRN', /size/, [IMAGE], { size: 0 }],
  ['p of 3', 'LpNormalization', /p 3/, [IMAGE], { p: 3 }],
  ['a negative k', 'TopK', /k -1/, [IMAGE, integer(-1)]],
  ['k over the size', 'TopK', /k 9/, [IMAGE, integer(9)]],
  ['an axis that is not there', 'Softmax', /axis 4/, [IMAGE], { axis: 4 }],
  ['an axis that is not there', 'Softmax', /axis 4/, [IMAGE], { axis: 4 }, 11],
  ['a scalar', 'Softmax', /axis/, [[]]],
  ['an axis that is not there', 'ReduceMean', /axes 4/, [IMAGE], { axes: [4] }],
  ['a scalar', 'ArgMax', /axis/, [[]]],
  ['an axis that is not there', 'CumSum', /axis 4/, [IMAGE, scalar(4, 'int64')]],
  [
    'inner sizes that differ',
    'Gemm',
    /inner/,
    [
      [3, 4],
      [5, 4],
    ],
  ],
  ['C that does not broadcast', 'Gemm', /C/, [[3, 4], [4, 5], [3]]],
  [
    'rank 3',
    'Gemm',
    /rank/,
    [
      [1, 3, 4],
      [4, 5],
    ],
  ],
  [
    'inner sizes that differ',
    'MatMul',
    /inner/,
    [
      [3, 4],
      [5, 4],
    ],
  ],
  ['a scalar', 'MatMul', /scalar/, [[3, 4], []]],
  ['shapes that do not broadcast', 'Add', /broadcast/, [[3, 4], [3]]],
  [
    '0 against 3',
    'Add',
    /broadcast/,
    [
      [0, 4],
      [3, 4],
    ],
  ],
  ['a slope that does not broadcast', 'PRelu', /slope/, [IMAGE, [4]]],
  ['a scale of 0', 'Resize', /scale 0/, [IMAGE, undefined, float(1, 1, 0, 2)]],
  ['a scale of NaN', 'Resize', /scale NaN/, [IMAGE, undefined, float(1, 1, Number.NaN, 1)]],
  ['a negative scale', 'Resize', /scale -1/, [IMAGE, undefined, float(1, 1, -1, 1)]],
  ['an infinite scale', 'Resize', /scale Infinity/, [IMAGE, undefined, float(1, 1, Number.POSITIVE_INFINITY, 1)]],
  ['3 scales for 4 axes', 'Resize', /scales/, [IMAGE, undefined, float(1, 1, 2)]],
  ['scales and sizes', 'Resize', /both/, [IMAGE, undefined, float(1, 1, 2, 2), integer(1, 4, 16, 16)]],
  ['neither scales nor sizes', 'Resize', /neither/, [IMAGE]],
  ['a size of 0', 'Resize', /size 0/, [IMAGE, undefined, undefined, integer(1, 4, 0, 16)]],
  ['an unknown mode', 'Resize', /mode/, [IMAGE, undefined, float(1, 1, 2, 2)], { mode: 'bilinear' }],
  ['a scale below 1', 'Upsample', /scale 0.5/, [IMAGE, float(1, 1, 0.5, 0.5)], {}, 9],
  ['fewer operands than terms', 'Einsum', /terms/, [[2, 3]], { equation: 'ij,jk->ik' }],
  ['another rank than letters', 'Einsum', /letters/, [[2, 3]], { equation: 'ijk->i' }],
  [
    'two sizes for a letter',
    'Einsum',
    /letter j/,
    [
      [2, 3],
      [4, 5],
    ],
    { equation: 'ij,jk->ik' },
  ],
  ['an unknown direction', 'BitShift', /direction/, [[1], [1]], { direction: 'UP' }],
  ['an unknown approximation', 'Gelu', /approximate/, [IMAGE], { approximate: 'x' }, 20],
  ['an unknown mode', 'GridSample', /mode/, [IMAGE, [1, 2, 2, 2]], { mode: 'zzz' }],
  ['an unknown mode', 'RoiAlign', /mode/, [IMAGE, [1, 4], [1]], { mode: 'zzz' }],
  ['an axis that is not there', 'QuantizeLinear', /axis 7/, [IMAGE, [4]], { axis: 7 }],
  ['an integer where a float belongs', 'LeakyRelu', /alpha/, [IMAGE], { alpha: 1 }],
];

// ONNX Runtime runs these: the standard is plain where it is lenient.
const STRICTER: typeof REFUSED = [
  ['no output channels', 'Conv', /no output channels/, [IMAGE, [0, 4, 3, 3]]],
  ['a negative epsilon', 'BatchNormalization', /epsilon/, [IMAGE, [4], [4], [4], [4]], { epsilon: { float: -1 } }],
  ['epsilon NaN', 'BatchNormalization', /epsilon/, [IMAGE, [4], [4], [4], [4]], { epsilon: { float: Number.NaN } }],
  [
    'VALID beside pads',
    'MaxPool',
    /auto_pad/,
    [IMAGE],
    { kernel_shape: [3, 3], auto_pad: 'VALID', pads: [1, 1, 1, 1] },
  ],
  [
    'a slope larger than X',
    'PRelu',
    /slope/,
    [
      [3, 1],
      [2, 1, 4],
    ],
  ],
  ['a scale of 0', 'QuantizeLinear', /scale/, [IMAGE, scalar(0)]],
  ['a scale of NaN', 'DequantizeLinear', /scale/, [IMAGE, scalar(Number.NaN)]],
];

describe('what breaks the standard is refused, and the line names operator and cause', () => {
  test.each([...REFUSED, ...STRICTER])('%s: %s', (_, operator, cause, operands, attributes = {}, opset = 17) => {
    const refused = () => build(operator, operands, attributes, opset);
    expect(refused).toThrow(InputError);
    expect(refused).toThrow(operator);
    expect(refused).toThrow(cause);
  });

  test('a number beyond what a number holds, by attribute and value', () => {
    const n = new Network({});
    const pads = { kind: 'ints', value: [2n ** 62n, 0, 0, 0] } as const;
    expect(() => n.node('Conv', [n.input(IMAGE), n.input(KERNEL)], { pads })).toThrow(
      /pads is out of range: 46116860184/,
    );
  });
});

describe('odd, but right', () => {
  test('an empty auto_pad is none', () => {
    const [output] = build('Conv', [IMAGE, KERNEL], { auto_pad: '' }, 17);
    expect(output?.shape).toEqual([1, 8, 6, 6]);
  });

  test('a stride beyond the input takes one step', () => {
    const [output] = build('Conv', [IMAGE, KERNEL], { strides: [10 ** 9, 1] }, 17);
    expect(output?.shape).toEqual([1, 8, 1, 6]);
  });

  test('a pool that just misses its kernel is empty', () => {
    const [output] = build('MaxPool', [IMAGE], { kernel_shape: [9, 1] }, 17);
    expect(output?.shape).toEqual([1, 4, 0, 8]);
  });

  test('an axis that is reduced twice is reduced', () => {
    const [output] = build('ReduceMean', [IMAGE], { axes: [1, -3], keepdims: 0 }, 17);
    expect(output?.shape).toEqual([1, 8, 8]);
  });

  test.each(['Relu', 'Add', 'Softmax', 'ReduceMax'])('%s of rank 9', (operator) => {
    const x = [1, 2, 1, 2, 1, 2, 1, 2, 1];
    const [output] = build(operator, operator === 'Add' ? [x, x] : [x], {}, 17);
    expect(output?.rank).toBe(9);
  });

  test('an operator that nobody knows, and one of another domain, have unknown types', () => {
    const n = new Network({});
    expect(n.node('Frobnicate', [n.input(IMAGE)])).toMatchObject({ dtype: undefined, shape: undefined });
    const [node] = [
      n.model.graph.insert({ operator: 'Relu', domain: 'com.example', inputs: [n.input([1])], origin: [] }),
    ];
    expect(operatorOf(node)).toBeUndefined();
  });
});

describe('integers without one right answer are left to the engine', () => {
  function folded(operator: string, operands: readonly Tensor[], attributes: Attributes = {}) {
    const n = new Network({ opset: 18 });
    const inputs = operands.map((tensor) => n.model.graph.addConstant(tensor));
    const node = n.node(operator, inputs, attributes).producer;
    return node && resultsFor(node, operands);
  }
  const least = Tensor.fromBigInts('int64', [1], [-(2n ** 63n)]);

  test.each<[string, string, readonly Tensor[], Attributes?]>([
    ['by 0', 'Div', [integer(1), integer(0)]],
    ['by 0', 'Mod', [integer(1), integer(0)]],
    ['the least int64 by -1', 'Div', [least, integer(-1)]],
    ['the least int32 by -1', 'Div', [Tensor.from('int32', [1], [-(2 ** 31)]), Tensor.from('int32', [1], [-1])]],
    [
      'by the width',
      'BitShift',
      [Tensor.from('uint8', [1], [1]), Tensor.from('uint8', [1], [8])],
      { direction: 'LEFT' },
    ],
    ['beyond 2^53', 'Pow', [integer(3), integer(40)]],
    ['to -1', 'Pow', [integer(3), integer(-1)]],
  ])('%s: %s', (_, operator, operands, attributes) => {
    expect(folded(operator, operands, attributes)).toBeUndefined();
  });

  test('a convolution of more than 10^9 multiply-adds', () => {
    const zeros = (...shape: number[]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return new Tensor('float32', shape, new Uint8Array(4 * size));
    };
    expect(folded('Conv', [zeros(1, 64, 130, 130), zeros(128, 64, 3, 3)])).toBeUndefined();
  });
});
