import { decline } from '../../../../lowering/decline.js';
import type { Node, Tensor } from '../../../../model/index.js';
import {
  celu,
  clip,
  elu,
  gelu,
  hardSigmoid,
  leakyRelu,
  selu,
  shrink,
  swish,
  thresholdedRelu,
} from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { int, LeavesHalf, text } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, compare, reshape, select, unary } from '../operations.js';
import { onFloat } from './operands.js';
import type { Rows } from './row.js';

/** Above this a bound is no bound: no float32 is beyond, but infinity. */
const LARGEST_FLOAT32 = 3.4028234e38;

/** Activations. What MIL has no operation for is written in arithmetic; those on integers, as integers. */
export const activations: Rows = {
  Relu(_node, to) {
    const x = to.carrier();
    to.output(to.kindOf() === 'float' ? unary(to, 'relu', x) : binary(to, 'maximum', x, int(0)));
  },

  LeakyRelu: onFloat((to, x, node) =>
    unary(to, 'leaky_relu', x, { alpha: to.number(leakyRelu.parameters(node).alpha) }),
  ),
  Elu: onFloat((to, x, node) => unary(to, 'elu', x, { alpha: to.number(elu.parameters(node).alpha) })),

  Selu: onFloat((to, x, node) => {
    const { alpha, gamma } = selu.parameters(node);
    return binary(to, 'mul', unary(to, 'elu', x, { alpha: to.number(alpha) }), to.number(gamma));
  }),

  /** max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1): a quotient of what is above 0 could leave the range. */
  Celu: onFloat((to, x, node) => {
    const { alpha } = celu.parameters(node);
    if (alpha <= 0) decline('its alpha is not positive');
    const inner = binary(to, 'real_div', binary(to, 'minimum', x, to.number(0)), to.number(alpha));
    const below = binary(to, 'mul', unary(to, 'elu', inner, { alpha: to.number(1) }), to.number(alpha));
    return binary(to, 'add', unary(to, 'relu', x), below);
  }),

  /** Where a Mul by the operand follows, the two are `silu`, which that Mul emits. */
  Sigmoid(node, to) {
    const reader = node.output().onlyReader;
    if (reader && gateOf(reader)) return;
    onFloat((_, x) => unary(to, 'sigmoid', x))(node, to);
  },

  HardSigmoid: onFloat((to, x, node) => {
    const { alpha, beta } = hardSigmoid.parameters(node);
    return hardSigmoidOf(to, x, alpha, beta);
  }),
  HardSwish: onFloat((to, x) => binary(to, 'mul', x, hardSigmoidOf(to, x, 1 / 6, 0.5))),

  Swish: onFloat((to, x, node) => {
    const { alpha } = swish.parameters(node);
    if (alpha === 1) return unary(to, 'silu', x);
    return binary(to, 'mul', x, unary(to, 'sigmoid', binary(to, 'mul', x, to.number(alpha))));
  }),

  Gelu: onFloat((to, x, node) => {
    const { approximate } = gelu.parameters(node);
    return unary(to, 'gelu', x, { mode: text(approximate === 'tanh' ? 'TANH_APPROXIMATION' : 'EXACT') });
  }),

  Mish: onFloat((to, x) => binary(to, 'mul', x, unary(to, 'tanh', unary(to, 'softplus', x)))),
  Softplus: onFloat((to, x) => unary(to, 'softplus', x)),
  Softsign: onFloat((to, x) => unary(to, 'softsign', x)),
  Tanh: onFloat((to, x) => unary(to, 'tanh', x)),

  ThresholdedRelu: onFloat((to, x, node) => {
    // Core ML's own keeps x where it equals alpha; the standard makes that 0.
    const above = compare(to, 'greater', x, to.number(thresholdedRelu.parameters(node).alpha));
    return select(to, above, x, to.value(to.number(0)));
  }),

  Shrink: onFloat((to, x, node) => {
    const { bias, lambd } = shrink.parameters(node);
    const below = compare(to, 'less', x, to.number(-lambd));
    const above = compare(to, 'greater', x, to.number(lambd));
    const lowered = select(to, above, binary(to, 'sub', x, to.number(bias)), to.value(to.number(0)));
    return select(to, below, binary(to, 'add', x, to.number(bias)), lowered);
  }),

  PRelu(node, to) {
    if (to.kindOf() !== 'float') decline('Core ML computes it for floats alone');
    const slope = node.constant(1);
    const alike = slope && soleNumber(slope);
    if (alike !== undefined) return to.output(unary(to, 'leaky_relu', to.carrier(), { alpha: to.number(alike) }));
    const x = to.input();
    const [, channels = 1] = x.type.shape;
    // One number for each channel of an image, whatever axes of size 1 stand around it.
    const isPerChannel = slope?.size === channels && slope.shape.at(-3) === channels;
    if (slope && isPerChannel && x.type.shape.length === 4) {
      return to.output(unary(to, 'prelu', x, { alpha: to.constant(slope.reshape([channels])) }));
    }
    const below = binary(to, 'mul', binary(to, 'minimum', x, to.number(0)), to.input(1));
    to.output(binary(to, 'add', unary(to, 'relu', x), below));
  },

  Clip(node, to) {
    const { min, max } = clip.parameters(node);
    const x = to.carrier();
    if (to.kindOf() === 'float' && min !== undefined && max !== undefined) to.output(clipped(to, x, min, max));
    else to.output(bounded(node, to, x));
  },
};

/** The number that all elements of a tensor are; undefined where they differ. */
function soleNumber(tensor: Tensor): number | undefined {
  const [first, ...others] = new Set(tensor.toFloat64());
  return others.length === 0 ? first : undefined;
}

function hardSigmoidOf(to: NodeBuilder, x: MilValue, alpha: number, beta: number): MilValue {
  return unary(to, 'sigmoid_hard', x, { alpha: to.number(alpha), beta: to.number(beta) });
}

/** The sigmoid of `x * Sigmoid(x)`, where nobody else reads it. */
export function gateOf(mul: Node): Node | undefined {
  if (!mul.is('Mul') || mul.inputs.length !== 2) return undefined;
  const [a, b] = mul.inputs;
  for (const [x, gate] of [
    [a, b],
    [b, a],
  ]) {
    const sigmoid = gate?.producer;
    if (sigmoid?.is('Sigmoid') && gate?.onlyReader === mul && sigmoid.inputs[0] === x) return sigmoid;
  }
  return undefined;
}

/** Clip by numbers, as the activation that says the same where there is one. */
function clipped(to: NodeBuilder, x: MilValue, min: number, max: number): MilValue {
  const isBound = (bound: number) => Math.abs(bound) < LARGEST_FLOAT32;
  if (min === 0 && max === 6) return unary(to, 'relu6', x);
  if (isBound(min) && isBound(max) && min < max) {
    const [alpha, beta] = [to.number(min), to.number(max)];
    // From iOS 17 on its bounds differ.
    if (alpha.data[0] === beta.data[0]) throw new LeavesHalf();
    return unary(to, 'clip', x, { alpha, beta });
  }
  const raised = min === 0 ? unary(to, 'relu', x) : isBound(min) ? binary(to, 'maximum', x, to.number(min)) : x;
  return isBound(max) ? binary(to, 'minimum', raised, to.number(max)) : raised;
}

/** Clip by bounds that are computed, or of integers. */
function bounded(node: Node, to: NodeBuilder, x: MilValue): MilValue {
  const bound = (index: number) => {
    const value = to.optional(index);
    return value && (value.type.shape.length > 0 ? reshape(to, value, []) : value);
  };
  const low = node.opset < 11 ? undefined : bound(1);
  const high = node.opset < 11 ? undefined : bound(2);
  const raised = low ? binary(to, 'maximum', x, low) : x;
  return high ? binary(to, 'minimum', raised, high) : raised;
}
