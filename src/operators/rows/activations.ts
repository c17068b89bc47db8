import type { Node } from '../../model/index.js';
import { combine } from '../compute/combine.js';
import { erfOf } from '../compute/error-function.js';
import { mapFloats, mapNumbers, type Rounding } from '../compute/map.js';
import { type Operator, operator } from '../operator.js';
import { checkUnidirectional } from '../shape/broadcast.js';
import { likeOf } from '../shape/facts.js';

const sigmoidOf = (x: number) => 1 / (1 + Math.exp(-x));

function reluOf(x: number): number {
  // Not Math.max, which makes 0 of -0.
  if (x < 0) return 0;
  return x;
}

/** `max(0, x)`. */
export const relu = operator('Relu', {
  traits: ['elementwise'],
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input]) => mapNumbers(input, reluOf, (x) => (x < 0n ? 0n : x)),
});

/** An activation with attributes: names in the standard, and their defaults. */
function activation<P>(
  name: string,
  parameters: (node: Node) => P,
  f: (x: number, parameters: P, round: Rounding) => number,
  { traits = [], ...more }: Partial<Operator<P>> = {},
) {
  return operator<P>(name, {
    ...more,
    traits: ['elementwise', ...traits],
    parameters,
    infer: (node) => [likeOf(node.inputs[0])],
    compute: ([input], values) => mapFloats(input, (x, round) => f(x, values, round)),
  });
}

/** `x` from 0 on, else `alpha * x`. */
export const leakyRelu = activation(
  'LeakyRelu',
  (node) => ({ alpha: node.float('alpha', Math.fround(0.01)) }),
  (x, { alpha }) => (x >= 0 ? x : alpha * x),
  { isCopy: (_node, { alpha }) => alpha === 1 },
);

/** `x` from 0 on, else `alpha * (exp(x) - 1)`. */
export const elu = activation(
  'Elu',
  (node) => ({ alpha: node.float('alpha', 1) }),
  (x, { alpha }) => (x >= 0 ? x : alpha * (Math.exp(x) - 1)),
);

/** `gamma * x` above 0, else `gamma * (alpha * exp(x) - alpha)`. */
export const selu = activation(
  'Selu',
  (node) => ({
    alpha: node.float('alpha', Math.fround(1.6732632423543772)),
    gamma: node.float('gamma', Math.fround(1.0507009873554805)),
  }),
  (x, { alpha, gamma }) => gamma * (x > 0 ? x : alpha * (Math.exp(x) - 1)),
);

/** `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`. */
export const celu = activation(
  'Celu',
  (node) => ({ alpha: node.float('alpha', 1) }),
  (x, { alpha }) => Math.max(0, x) + Math.min(0, alpha * (Math.exp(x / alpha) - 1)),
);

/** `x` times the normal distribution function at x, exactly or by tanh. */
export const gelu = activation(
  'Gelu',
  (node) => {
    const approximate = node.string('approximate', 'none');
    if (approximate !== 'none' && approximate !== 'tanh') throw node.invalid('approximate is neither none nor tanh');
    return { approximate };
  },
  (x, { approximate }) =>
    approximate === 'none'
      ? 0.5 * x * (1 + erfOf(x / Math.SQRT2))
      : 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
);

/** `max(0, min(1, alpha * x + beta))`. */
export const hardSigmoid = activation(
  'HardSigmoid',
  (node) => ({ alpha: node.float('alpha', Math.fround(0.2)), beta: node.float('beta', 0.5) }),
  (x, { alpha, beta }, round) => Math.max(0, Math.min(1, round(round(alpha * x) + beta))),
  { traits: ['squashes', 'forgetsSignOfZero'] },
);

/** `x * max(0, min(1, x / 6 + 0.5))`. */
export const hardSwish = activation(
  'HardSwish',
  () => ({}),
  (x, _, round) => x * Math.max(0, Math.min(1, round(round(round(1 / 6) * x) + 0.5))),
);

/** `x * sigmoid(alpha * x)`. */
export const swish = activation(
  'Swish',
  (node) => ({ alpha: node.float('alpha', 1) }),
  (x, { alpha }) => x * sigmoidOf(alpha * x),
);

/** `x` above alpha, else 0. */
export const thresholdedRelu = activation(
  'ThresholdedRelu',
  (node) => ({ alpha: node.float('alpha', 1) }),
  (x, { alpha }) => (x > alpha ? x : 0),
);

/** `x + bias` below -lambd, `x - bias` above lambd, else 0. */
export const shrink = operator('Shrink', {
  traits: ['elementwise'],
  parameters: (node) => ({ bias: node.float('bias', 0), lambd: node.float('lambd', 0.5) }),
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input], { bias, lambd }) => {
    // ONNX Runtime computes float64 in float32 here.
    if (input?.dtype === 'float64') return undefined;
    return mapFloats(input, (x) => {
      if (x < -lambd) return x + bias;
      return x > lambd ? x - bias : 0;
    });
  },
});

/** `x` from 0 on, else `slope * x`; slope broadcasts to X. */
export const pRelu = operator('PRelu', {
  traits: ['elementwise'],
  isCopy: (node) =>
    node
      .constant(1)
      ?.toFloat64()
      .every((slope) => slope === 1) ?? false,
  infer: (node) => {
    checkUnidirectional(node, node.inputs[1]?.shape, node.inputs[0]?.shape, 'slope');
    return [likeOf(node.inputs[0])];
  },
  // ONNX Runtime has another formula for the other types, which differs in the signs of zeros.
  compute: ([x, slope]) => {
    if (x?.dtype !== 'float32') return undefined;
    return combine(x, slope, { float: (value, factor) => (value >= 0 ? value : factor * value) });
  },
});
