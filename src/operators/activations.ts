import { isFloat, type Node, type Tensor } from '../model/index.js';
import { combine } from './compute/combine.js';
import { erfOf } from './compute/error-function.js';
import { mapFloats, mapNumbers } from './compute/map.js';
import { operator } from './operator.js';
import { checkUnidirectional } from './shape/broadcast.js';
import { scalarAt } from './shape/constants.js';
import { likeOf } from './shape/facts.js';

const sigmoidOf = (x: number) => 1 / (1 + Math.exp(-x));

/** `max(0, x)`. */
export const relu = operator('Relu', {
  parameters: () => ({}),
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input]) =>
    mapNumbers(
      input,
      (x) => Math.max(0, x),
      (x) => (x < 0n ? 0n : x),
    ),
});

/** An activation with attributes: names in the standard, and their defaults. */
function activation<P>(name: string, parameters: (node: Node) => P, f: (x: number, parameters: P) => number) {
  return operator<P>(name, {
    parameters,
    infer: (node) => [likeOf(node.inputs[0])],
    compute: ([input], values) => mapFloats(input, (x) => f(x, values)),
  });
}

/** `x` from 0 on, else `alpha * x`. */
export const leakyRelu = activation(
  'LeakyRelu',
  (node) => ({ alpha: node.float('alpha', Math.fround(0.01)) }),
  (x, { alpha }) => (x >= 0 ? x : alpha * x),
);

/** `x` from 0 on, else `alpha * (exp(x) - 1)`. */
export const elu = activation(
  'Elu',
  (node) => ({ alpha: node.float('alpha', 1) }),
  (x, { alpha }) => (x >= 0 ? x : alpha * Math.expm1(x)),
);

/** `gamma * x` above 0, else `gamma * (alpha * exp(x) - alpha)`. */
export const selu = activation(
  'Selu',
  (node) => ({
    alpha: node.float('alpha', Math.fround(1.6732632423543772)),
    gamma: node.float('gamma', Math.fround(1.0507009873554805)),
  }),
  (x, { alpha, gamma }) => gamma * (x > 0 ? x : alpha * Math.expm1(x)),
);

/** `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`. */
export const celu = activation(
  'Celu',
  (node) => ({ alpha: node.float('alpha', 1) }),
  (x, { alpha }) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)),
);

export interface GeluParameters {
  readonly approximate: 'none' | 'tanh';
}

/** `x` times the normal distribution function at x, exactly or by tanh. */
export const gelu = activation(
  'Gelu',
  (node): GeluParameters => {
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
  (x, { alpha, beta }) => Math.max(0, Math.min(1, Math.fround(alpha * x) + beta)),
);

/** `x * max(0, min(1, x / 6 + 0.5))`. */
export const hardSwish = activation(
  'HardSwish',
  () => ({}),
  (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
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
export const shrink = activation(
  'Shrink',
  (node) => ({ bias: node.float('bias', 0), lambd: node.float('lambd', 0.5) }),
  (x, { bias, lambd }) => (x < -lambd ? x + bias : x > lambd ? x - bias : 0),
);

/** `x` from 0 on, else `slope * x`; slope broadcasts to X. */
export const pRelu = operator('PRelu', {
  parameters: () => ({}),
  infer: (node) => {
    checkUnidirectional(node, node.inputs[1]?.shape, node.inputs[0]?.shape, 'slope');
    return [likeOf(node.inputs[0])];
  },
  compute: ([x, slope]) => {
    const result = combine(x, slope, { float: (value, factor) => (value >= 0 ? value : factor * value) });
    return result && [result];
  },
});

export interface ClipParameters {
  /** -Infinity where there is no bound; undefined: computed in the graph. */
  readonly min: number | undefined;
  /** Infinity where there is no bound; undefined: computed in the graph. */
  readonly max: number | undefined;
}

/** `min(max, max(min, x))`. */
export const clip = operator('Clip', {
  parameters: (node): ClipParameters => {
    const bounds = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
    if (node.opset < 11) return { min: node.float('min', bounds.min), max: node.float('max', bounds.max) };
    return {
      min: node.hasInput(1) ? scalarAt(node, 1, 'min') : bounds.min,
      max: node.hasInput(2) ? scalarAt(node, 2, 'max') : bounds.max,
    };
  },
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input, low, high], { min, max }) => {
    if (!input || min === undefined || max === undefined) return undefined;
    if (isFloat(input.dtype)) return mapFloats(input, (x) => Math.min(max, Math.max(min, x)));
    const bigs = [low, high].map((bound: Tensor | undefined) => bound?.toBigInts()[0]);
    const [bigLow, bigHigh] = bigs;
    return mapNumbers(
      input,
      (x) => Math.min(max, Math.max(min, x)),
      (x) => {
        const raised = bigLow !== undefined && x < bigLow ? bigLow : x;
        return bigHigh !== undefined && raised > bigHigh ? bigHigh : raised;
      },
    );
  },
});
