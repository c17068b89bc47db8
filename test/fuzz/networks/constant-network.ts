import { isStatic, type Model, sizeOf, type Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { Draw } from '../../properties/random-networks.js';

/** One more constant value made of those that are there, or undefined where nothing of the kind fits. */
type Step = (n: Network, x: Value, draw: Draw, values: readonly Value[]) => Value | undefined;

const UNARY = [
  'Abs',
  'Neg',
  'Relu',
  'Sigmoid',
  'Tanh',
  'Erf',
  'Exp',
  'Floor',
  'Ceil',
  'Round',
  'Sign',
  'Softplus',
  'Sin',
];

const shapeOf = (x: Value): readonly number[] => (isStatic(x.shape) ? x.shape : []);
const isFloatValue = (x: Value) => x.dtype === 'float32';

const unary: Step = (n, x, draw) =>
  isFloatValue(x) ? n.node(draw.of(UNARY), [x]) : n.node(draw.of(['Abs', 'Neg', 'Sign']), [x]);

const binary: Step = (n, x, draw, values) => {
  const same = values.filter((other) => other.dtype === x.dtype && String(other.shape) === String(x.shape));
  const [a, b] = [x, draw.of(same)];
  return n.node(draw.of(['Add', 'Sub', 'Mul', 'Max', 'Min', ...(isFloatValue(x) ? ['Div', 'Pow'] : [])]), [a, b]);
};

const withScalar: Step = (n, x, draw) => {
  const scalar = isFloatValue(x) ? n.constant(draw.of([0.5, 2, -1.5, 3])) : n.integers(draw.of([2, 3, -2]));
  return n.node(draw.of(['Add', 'Mul', 'Sub', ...(isFloatValue(x) ? ['Div'] : ['Div', 'Mod'])]), [x, scalar]);
};

const compare: Step = (n, x, draw, values) => {
  const same = values.filter((other) => other.dtype === x.dtype && String(other.shape) === String(x.shape));
  const condition = n.node(draw.of(['Less', 'Greater', 'Equal', 'GreaterOrEqual']), [x, draw.of(same)]);
  if (draw.below(2)) return n.node('Where', [condition, x, draw.of(same)]);
  return n.node('Cast', [condition], { to: isFloatValue(x) ? 1 : 7 });
};

const cast: Step = (n, x, draw) => {
  if (!isFloatValue(x)) return n.node('Cast', [x], { to: 1 });
  const bounded = n.node('Clip', [x, n.constant(-100), n.constant(100)]);
  return n.node('Cast', [draw.below(2) ? n.node('Round', [bounded]) : bounded], { to: 7 });
};

const reduce: Step = (n, x, draw) => {
  const { length } = shapeOf(x);
  if (length === 0) return undefined;
  const floats = ['ReduceMean', 'ReduceL2', 'ReduceL1', 'ReduceSumSquare', 'ReduceLogSumExp'];
  const operator = draw.of(['ReduceMax', 'ReduceMin', 'ReduceProd', ...(isFloatValue(x) ? floats : [])]);
  return n.node(operator, [x], { axes: [draw.below(length)], keepdims: draw.below(2) });
};

const cumulate: Step = (n, x, draw) => {
  const { length } = shapeOf(x);
  if (length === 0) return undefined;
  const axis = n.constant(draw.below(length) - (draw.below(2) ? length : 0), [], 'int64');
  return n.node('CumSum', [x, axis], { exclusive: draw.below(2), reverse: draw.below(2) });
};

const move: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  const axis = draw.below(Math.max(shape.length, 1));
  switch (draw.below(7)) {
    case 0:
      return n.transpose(
        x,
        shape.map((_, i) => shape.length - 1 - i),
      );
    case 1:
      return n.reshape(x, [-1]);
    case 2:
      return shape.length < 5 ? n.node('Unsqueeze', [x, n.integers([axis])]) : undefined;
    case 3:
      return shape.length > 0 && shape.length < 5 ? n.concat([x, x], axis) : undefined;
    case 4:
      return sizeOf(shape) < 500 ? n.node('Expand', [x, n.integers([2, ...shape.map(() => 1)])]) : undefined;
    case 5: {
      const size = shape[axis] ?? 0;
      return size > 1 ? n.node('Gather', [x, n.integers([size - 1, 0, -1])], { axis }) : undefined;
    }
    default: {
      if (shape.length === 0) return undefined;
      const bounds = draw.of([
        [[-1], [-(2 ** 31)], [axis], [-1]],
        [[1], [2 ** 31 - 1], [axis], [1]],
        [[0], [2 ** 40], [axis], [2]],
        [[2 ** 31 - 1], [-(2 ** 40)], [axis], [-2]],
      ]);
      return n.node('Slice', [x, ...bounds.map((list) => n.integers(list))]);
    }
  }
};

const product: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  if (!isFloatValue(x) || shape.length < 2 || shape.length > 4) return undefined;
  const columns = shape.at(-1) ?? 1;
  if (draw.below(2)) return n.node('MatMul', [x, n.random([columns, 3])]);
  const letters = 'abcd'.slice(0, shape.length);
  const last = letters.at(-1) ?? 'a';
  const equation = draw.of([`${letters},${last}z->${letters.slice(0, -1)}z`, `${letters},${last}z->z${letters}`]);
  return n.node('Einsum', [x, n.random([columns, 2])], {
    equation: { kind: 'string', value: new TextEncoder().encode(equation) },
  });
};

/** Kernels made of parameters: standardised, convolved, scaled, out of eight bits. */
const kernels: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  const [, channels = 0] = shape;
  if (!isFloatValue(x) || shape.length < 3 || sizeOf(shape) > 600 || channels > 8) return undefined;
  switch (draw.below(6)) {
    case 0:
      return n.batchNorm(x, 1e-3);
    case 1:
      return shape.length === 4 ? n.conv(x, { kernel: 2, pad: 1, channels: 2 }) : undefined;
    case 2:
      return shape.length === 4
        ? n.node('ConvTranspose', [x, n.random([channels, 2, 2, 2])], { kernel_shape: [2, 2], strides: [2, 2] })
        : undefined;
    case 3:
      return n.node('InstanceNormalization', [x, n.random([channels]), n.random([channels])], {
        epsilon: { float: 0.1 },
      });
    case 4:
      return n.node('Softmax', [x], { axis: draw.below(shape.length) });
    default: {
      const eight = n.constant(
        Array.from({ length: sizeOf(shape) }, (_, i) => ((7 * i) % 251) - 125),
        shape,
        'int8',
      );
      const scale = draw.below(2) ? n.random([channels], 0.01, 0.1) : n.constant(0.03);
      return n.add(x, n.node('DequantizeLinear', [eight, scale], { axis: 1 }));
    }
  }
};

const STEPS: readonly Step[] = [
  unary,
  unary,
  binary,
  binary,
  withScalar,
  compare,
  cast,
  reduce,
  cumulate,
  move,
  move,
  move,
  product,
  kernels,
  kernels,
];

const isKept = (x: Value) => isStatic(x.shape) && sizeOf(x.shape) > 0 && sizeOf(x.shape) < 3000 && x.shape.length < 6;

/** A network nearly all of which is constant: what it answers depends on its input by one addition at the end. */
export function constantNetwork(seed: number): Model {
  const draw = new Draw(seed);
  return network(
    (n) => {
      const shape = Array.from({ length: 1 + draw.below(4) }, () => 1 + draw.below(5));
      const values = [
        n.random(shape),
        n.random(shape, 0, 3),
        n.integers(Array.from({ length: 6 }, () => draw.below(9) - 3)),
      ];
      for (let count = 3 + draw.below(8); count > 0; count--) {
        const x = draw.below(3) ? (values.at(-1) as Value) : draw.of(values);
        const next = draw.of(STEPS)(n, x, draw, values);
        if (next && isKept(next)) values.push(next);
      }
      const input = n.input([]);
      const last = [...new Set([values.at(-1) as Value, draw.of(values)])];
      return last.map((x) => (isFloatValue(x) ? n.add(x, input) : n.add(x, n.node('Cast', [input], { to: 7 }))));
    },
    { seed, opset: draw.of([13, 17]) },
  );
}
