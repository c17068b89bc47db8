/**
 * One node at a time, over what the standard lets it be given: ranks from 0 to 6, element types, operands that are constant or
 * computed, shapes that broadcast, attributes. A case is { operator, opset, inputs, attributes, outputs }; an input has a type
 * and a shape, and elements where it is a constant.
 */
const SIZES = [2, 4, 4, 6, 6, 2];
const RANKS = [0, 1, 2, 3, 4, 5, 6];
const FLOATS = ['float32', 'float16'];
const TYPES = [...FLOATS, 'int32', 'int64', 'bool', 'uint8', 'int8', 'float64'];

const shaped = (rank) => SIZES.slice(0, rank);
const size = (shape) => shape.reduce((product, count) => product * count, 1);
const flows = (dtype, shape) => ({ dtype, shape });
const constant = (dtype, shape, value = (i) => 1 + (i % 3)) => ({
  dtype,
  shape,
  data: Array.from({ length: size(shape) }, (_, i) => value(i)),
});
const integers = (values) => constant('int64', [values.length], (i) => values[i]);
const scalar = (dtype, value) => constant(dtype, [], () => value);
const ones = (count, value = 1) => new Array(count).fill(value);
const float = (value) => ({ float: value });
const given = (operator, inputs, attributes = {}, more = {}) => ({
  operator,
  opset: 24,
  inputs,
  attributes,
  outputs: 1,
  ...more,
});

const over = (types, ranks, make) => types.flatMap((dtype) => ranks.flatMap((rank) => make(dtype, rank, shaped(rank))));

const UNARY =
  `Relu LeakyRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Swish Gelu Mish Softplus Softsign Tanh ThresholdedRelu
  Shrink Abs Sign Neg Sqrt Exp Erf Floor Ceil Round Sin Cos Tan Asin Acos Atan Sinh Cosh Atanh Log Reciprocal Asinh Acosh IsNaN
  IsInf Not Identity Shape Size Dropout`.split(/\s+/);
const BINARY = `Add Sub Mul Div Pow Mod Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor PRelu`.split(' ');
const VARIADIC = 'Max Min Sum Mean'.split(' ');
const REDUCTIONS = `ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum
  ReduceLogSumExp`.split(/\s+/);
const CASTS = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 };

function unary() {
  return UNARY.flatMap((operator) => over(TYPES, RANKS, (dtype, _, x) => given(operator, [flows(dtype, x)])));
}

/** The other operand has the same shape, is one number, or a vector along the last axis or the channels; either may be a constant. */
function binary() {
  return BINARY.flatMap((operator) =>
    over(TYPES, RANKS, (dtype, rank, x) => {
      const others = [
        x,
        [],
        x.slice(-1),
        x.map((count, axis) => (axis === 1 ? count : 1)),
        [...ones(5 - Math.min(5, rank)), ...x],
      ];
      const fmod = operator === 'Mod' && (FLOATS.includes(dtype) || dtype === 'float64') ? { fmod: 1 } : {};
      return others.flatMap((other) => [
        given(operator, [flows(dtype, x), flows(dtype, other)], fmod),
        given(operator, [flows(dtype, x), constant(dtype, other)], fmod),
        given(operator, [constant(dtype, x), flows(dtype, other)], fmod),
      ]);
    }),
  );
}

function variadic() {
  return VARIADIC.flatMap((operator) =>
    over(TYPES, RANKS, (dtype, _, x) => [
      given(operator, [flows(dtype, x)]),
      given(operator, [flows(dtype, x), constant(dtype, x.slice(-1)), flows(dtype, x)]),
    ]),
  );
}

function reductions() {
  return REDUCTIONS.flatMap((operator) =>
    over(TYPES, RANKS, (dtype, rank, x) =>
      [undefined, [0], [-1], x.map((_, axis) => axis)].flatMap((axes) =>
        [0, 1].map((keepdims) =>
          given(operator, [flows(dtype, x), ...(axes && rank > 0 ? [integers(axes)] : [])], { keepdims }),
        ),
      ),
    ),
  );
}

function windows() {
  const pools = ['MaxPool', 'AveragePool', 'LpPool'].flatMap((operator) =>
    over(['float32', 'float16', 'int8', 'uint8'], RANKS, (dtype, rank, x) => {
      const axes = Math.max(1, rank - 2);
      const kernel = { kernel_shape: ones(axes, 2) };
      return [
        kernel,
        { ...kernel, strides: ones(axes, 2), ceil_mode: 1 },
        { ...kernel, pads: [...ones(axes), ...ones(axes, 0)] },
        { ...kernel, auto_pad: 'SAME_UPPER' },
        ...(operator === 'AveragePool'
          ? [{ ...kernel, pads: ones(2 * axes), count_include_pad: 1, strides: ones(axes, 3), ceil_mode: 1 }]
          : []),
      ].map((attributes) => given(operator, [flows(dtype, x)], attributes));
    }),
  );
  const whole = ['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'].flatMap((operator) =>
    over(FLOATS, RANKS, (dtype, _, x) => given(operator, [flows(dtype, x)])),
  );
  const convolutions = ['Conv', 'ConvTranspose'].flatMap((operator) =>
    over(FLOATS, RANKS, (dtype, rank, x) => {
      const axes = Math.max(1, rank - 2);
      const kernel = ones(axes, 3);
      const weight = (group) => [4, 4 / group, ...kernel];
      const transposed = operator === 'ConvTranspose' ? [{ output_padding: ones(axes), strides: ones(axes, 2) }] : [];
      return [
        {},
        { strides: ones(axes, 2), pads: ones(2 * axes) },
        { dilations: ones(axes, 2), pads: ones(2 * axes, 2) },
        { group: 2 },
        { auto_pad: 'SAME_UPPER' },
        ...transposed,
      ].flatMap((attributes) => [
        given(
          operator,
          [
            flows(dtype, x),
            constant(dtype, weight(attributes.group ?? 1)),
            constant(dtype, [operator === 'ConvTranspose' ? 4 / (attributes.group ?? 1) : 4]),
          ],
          attributes,
        ),
        given(operator, [flows(dtype, x), flows(dtype, weight(attributes.group ?? 1))], attributes),
        given(
          operator,
          [
            flows(dtype, x),
            constant(dtype, weight(attributes.group ?? 1)),
            flows(dtype, [4 / (operator === 'ConvTranspose' ? (attributes.group ?? 1) : 1)]),
          ],
          attributes,
        ),
      ]);
    }),
  );
  return [...pools, ...whole, ...convolutions];
}

/** Scales and shifts are constants, or flow in. */
function normalizations() {
  return over(FLOATS, RANKS, (dtype, rank, x) => {
    const channels = [x[1] ?? 1];
    return [constant, flows].flatMap((make) => {
      const vectors = (count) => Array.from({ length: count }, () => make(dtype, channels));
      const last = x.slice(-1);
      return [
        given('BatchNormalization', [flows(dtype, x), ...vectors(4)]),
        given('BatchNormalization', [flows(dtype, x), ...vectors(4)], {}, { opset: 9 }),
        given('InstanceNormalization', [flows(dtype, x), ...vectors(2)]),
        given('GroupNormalization', [flows(dtype, x), ...vectors(2)], { num_groups: 2 }),
        given('LayerNormalization', [flows(dtype, x), make(dtype, last), make(dtype, last)]),
        given('LayerNormalization', [flows(dtype, x), make(dtype, x.slice(-2))], { axis: -Math.min(2, rank) }),
        given('LayerNormalization', [flows(dtype, x), make(dtype, last), make(dtype, last)], {}, { outputs: 3 }),
        given('RMSNormalization', [flows(dtype, x), make(dtype, last)]),
        given('LRN', [flows(dtype, x)], { size: 3 }),
        given('LpNormalization', [flows(dtype, x)], { p: 1, axis: 0 }),
        given('LpNormalization', [flows(dtype, x)]),
        given('MeanVarianceNormalization', [flows(dtype, x)], {
          axes: x.map((_, axis) => axis).filter((axis) => axis !== 1),
        }),
        ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((operator) => [
          given(operator, [flows(dtype, x)]),
          given(operator, [flows(dtype, x)], { axis: 0 }),
          given(operator, [flows(dtype, x)], {}, { opset: 9 }),
        ]),
      ];
    });
  });
}

function products() {
  const matmuls = over([...FLOATS, 'int32', 'int64'], [1, 2, 3, 4, 5], (dtype, rank, x) => {
    const inner = x.at(-1);
    return [[inner], [inner, 3], [...x.slice(0, -2), inner, 3], [1, 1, 1, inner, 3]].flatMap((y) => [
      given('MatMul', [flows(dtype, x), flows(dtype, y)]),
      given('MatMul', [flows(dtype, x), constant(dtype, y)]),
      ...(rank > 1 ? [given('MatMul', [constant(dtype, [...x.slice(0, -2), 3, x.at(-2)]), flows(dtype, x)])] : []),
    ]);
  });
  const gemms = over([...FLOATS, 'int32'], [2], (dtype) =>
    [flows, constant].flatMap((make) =>
      [[], [3], [1, 3], [2, 3], [2, 1]].flatMap((c) =>
        [{}, { transB: 1 }, { transA: 1, alpha: float(0.5), beta: float(2) }, { alpha: float(3), beta: float(0) }].map(
          (attributes) =>
            given(
              'Gemm',
              [
                flows(dtype, attributes.transA ? [4, 2] : [2, 4]),
                make(dtype, attributes.transB ? [3, 4] : [4, 3]),
                make(dtype, c),
              ],
              attributes,
            ),
        ),
      ),
    ),
  );
  const einsums = [
    ['ij->ji', [3, 4]],
    ['ijk->i', [2, 3, 4]],
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
    ['bhqd,bhkd->bhqk', [1, 2, 3, 4], [1, 2, 5, 4]],
    ['i,j->ij', [3], [4]],
    ['i,i->', [3], [3]],
    ['abcde,e->abcd', [1, 2, 3, 2, 4], [4]],
  ].flatMap(([equation, ...shapes]) =>
    [...FLOATS, 'int32'].flatMap((dtype) =>
      [flows, constant].map((make) =>
        given(
          'Einsum',
          shapes.map((shape, at) => (at ? make : flows)(dtype, shape)),
          { equation },
        ),
      ),
    ),
  );
  return [...matmuls, ...gemms, ...einsums];
}

/** Elements under another shape, in another order, or more or fewer of them. */
function movements() {
  return over(TYPES, RANKS, (dtype, rank, x) => {
    const at = (operator, more = [], attributes = {}, rest = {}) =>
      given(operator, [flows(dtype, x), ...more], attributes, rest);
    const zeros = x.map(() => 0);
    const axes = x.map((_, axis) => axis);
    const pads = (...values) =>
      integers([...zeros.slice(1), ...values.slice(0, 1), ...zeros.slice(1), ...values.slice(1)].slice(0, 2 * rank));
    const ends = x.map((count) => count - 1);
    const anyRank = [
      at('Reshape', [integers([-1])]),
      at('Reshape', [integers([...x, 1].slice(0, 5))]),
      at('Flatten', [], { axis: Math.min(1, rank) }),
      at('Unsqueeze', [integers([0])]),
      at('Unsqueeze', [integers([rank])]),
      at('Expand', [integers([3, ...x])]),
      at('Expand', [integers(x)]),
      at('Concat', [flows(dtype, x), constant(dtype, x)], { axis: 0 }),
      given('Where', [flows('bool', x), flows(dtype, x), constant(dtype, x.slice(-1))]),
      given('Where', [flows('bool', x.slice(-1)), flows(dtype, []), flows(dtype, x)]),
      ...Object.values(CASTS).map((to) => at('Cast', [], { to })),
    ];
    if (rank === 0) return anyRank;
    return [
      ...anyRank,
      at('Transpose', [], { perm: [...axes].reverse() }),
      at('Transpose', [], { perm: [...axes.slice(1), 0] }),
      given('Squeeze', [flows(dtype, [1, ...x.slice(1)]), integers([0])]),
      given('Squeeze', [flows(dtype, [...ones(rank - 1), 2])]),
      at('Tile', [integers(x.map((_, axis) => 1 + (axis % 2)))]),
      at('Split', [], { axis: 0, num_outputs: 2 }, { outputs: 2 }),
      at('Split', [integers([1, x.at(-1) - 1])], { axis: -1 }, { outputs: 2 }),
      at('Slice', [integers(zeros), integers(ends)]),
      at('Slice', [integers([-1]), integers([-100]), integers([rank - 1]), integers([-1])]),
      at('Slice', [integers([0]), integers([100]), integers([0]), integers([2])]),
      ...['constant', 'reflect', 'edge', 'wrap'].flatMap((mode) => [
        at('Pad', [pads(1, 1)], { mode }),
        at('Pad', [pads(0, 1), scalar(dtype, 1)], { mode }),
      ]),
      at('Pad', [integers([...zeros, ...zeros.map(() => 1)])]),
      at('Pad', [integers([-1, ...zeros.slice(1), ...zeros])]),
      at('CumSum', [scalar('int64', 0)], { exclusive: 1, reverse: 1 }),
      at('CumSum', [scalar('int32', rank - 1)]),
      at('ArgMax', [], { axis: 0, keepdims: 0 }),
      at('ArgMin', [], { axis: -1, select_last_index: 1 }),
      at('TopK', [integers([1])], { axis: 0 }, { outputs: 2 }),
      at('TopK', [integers([2])], { largest: 0 }, { outputs: 2 }),
      at('Gather', [scalar('int64', -1)]),
      at('Gather', [integers([0, 1])], { axis: rank - 1 }),
      at('Gather', [flows('int64', [2, 1])]),
      at('Gather', [flows('int32', [])], { axis: rank - 1 }),
      at('GatherElements', [flows('int64', x)]),
      at('GatherElements', [constant('int64', x, () => 0)], { axis: rank - 1 }),
      at('GatherND', [constant('int64', [2, 1], (i) => i)]),
      at('GatherND', [flows('int64', [3, Math.min(2, rank)])]),
      at('ScatterND', [constant('int64', [1, 1], () => -1), flows(dtype, [1, ...x.slice(1)])]),
      at('ScatterND', [flows('int64', [2, rank]), constant(dtype, [2], (i) => i)], { reduction: 'add' }),
      at('ScatterElements', [flows('int64', x), flows(dtype, x)], { axis: rank - 1 }),
      at(
        'ScatterElements',
        [
          constant(
            'int64',
            x.map(() => 1),
            () => 0,
          ),
          constant(
            dtype,
            x.map(() => 1),
            () => 1,
          ),
        ],
        {
          reduction: 'max',
        },
      ),
      at('Trilu', [scalar('int64', 1)], { upper: 0 }),
      at('Trilu'),
      at('EyeLike', [], { dtype: 1 }),
      at('DepthToSpace', [], { blocksize: 2 }),
      at('DepthToSpace', [], { blocksize: 2, mode: 'CRD' }),
      at('SpaceToDepth', [], { blocksize: 2 }),
      at('OneHot', [scalar('int64', 3), constant(dtype, [2], (i) => i)]),
      at('OneHot', [scalar('int64', 3), flows('float32', [2])], { axis: 0 }),
      ...['nearest', 'linear', 'cubic'].flatMap((mode) => [
        at('Resize', [null, constant('float32', [rank], (axis) => (axis < rank - 2 ? 1 : 2))], { mode }),
        at('Resize', [null, null, integers(x.map((count, axis) => (axis < rank - 2 ? count : 5)))], {
          mode,
          coordinate_transformation_mode: 'align_corners',
        }),
        at('Resize', [null, null, integers(x.map((count, axis) => (axis === 0 ? count + 1 : count)))], {
          mode,
          coordinate_transformation_mode: 'asymmetric',
        }),
      ]),
      at('Upsample', [constant('float32', [rank], (axis) => (axis < rank - 2 ? 1 : 2))], {}, { opset: 9 }),
    ];
  });
}

function samplings() {
  const attributes = ['nearest', 'linear', 'cubic'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].flatMap((padding) =>
      [0, 1].map((aligns) => ({ mode, padding_mode: padding, align_corners: aligns })),
    ),
  );
  return over([...FLOATS, 'int32'], [3, 4, 5], (dtype, rank, x) => {
    const grid = [x[0], ...ones(rank - 2, 3), rank - 2];
    return attributes.flatMap((each) => [
      given('GridSample', [flows(dtype, x), flows('float32', grid)], each),
      given('GridSample', [flows(dtype, x), constant('float16', grid, (i) => (i % 5) / 2 - 1)], each),
    ]);
  });
}

function bounds() {
  return over([...FLOATS, 'int32', 'int64'], RANKS, (dtype, _, x) =>
    [
      [0, 6],
      [-1, 1],
      [2, 2],
      [3, 1],
    ]
      .flatMap(([low, high]) => [
        given('Clip', [flows(dtype, x), scalar(dtype, low), scalar(dtype, high)]),
        given('Clip', [flows(dtype, x), null, scalar(dtype, high)]),
        given('Clip', [flows(dtype, x), scalar(dtype, low)]),
      ])
      .concat(given('Clip', [flows(dtype, x), flows(dtype, []), flows(dtype, [])])),
  );
}

function quantizations() {
  return over(FLOATS, RANKS, (dtype, rank, x) =>
    ['uint8', 'int8', 'int16'].flatMap((steps) =>
      [[], ...(rank > 1 ? [x.slice(1, 2)] : [])].flatMap((scales) => [
        given('QuantizeLinear', [flows(dtype, x), constant('float32', scales), constant(steps, scales)]),
        given('DequantizeLinear', [flows('int32', x), constant(dtype, scales)]),
        given('DequantizeLinear', [flows('uint8', x), constant(dtype, scales), constant('uint8', scales)]),
      ]),
    ),
  );
}

function made() {
  return [
    ...[[], [2], [2, 3, 4, 1, 2]].map((shape) =>
      given('ConstantOfShape', [constant('int64', [shape.length], (i) => shape[i])]),
    ),
    ...['float32', 'int64', 'int32'].map((dtype) =>
      given('Range', [scalar(dtype, 1), scalar(dtype, 9), scalar(dtype, 2)]),
    ),
  ];
}

/** All cases, in an order that does not change. */
export function sweepCases() {
  return [
    unary,
    binary,
    variadic,
    reductions,
    windows,
    normalizations,
    products,
    movements,
    samplings,
    bounds,
    quantizations,
    made,
  ].flatMap((family) => family());
}
