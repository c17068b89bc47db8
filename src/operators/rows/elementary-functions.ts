import type { Node } from '../../model/index.js';
import { erfOf } from '../compute/error-function.js';
import { mapFloats, mapNumbers, type Rounding } from '../compute/map.js';
import { roundHalfToEven } from '../compute/round.js';
import { type Facts, operator } from '../operator.js';
import { likeOf } from '../shape/facts.js';
import { holdsSizes } from '../shape/integer-elements.js';
import type { Trait } from '../traits.js';

function floatFunction(name: string, f: (x: number, round: Rounding) => number, further: readonly Trait[] = []) {
  return operator(name, {
    traits: ['elementwise', ...further],
    infer: (node) => [likeOf(node.inputs[0])],
    compute: ([input]) => mapFloats(input, f),
  });
}

/** Square root. */
export const sqrt = floatFunction('Sqrt', Math.sqrt);
/** Exponential function. */
export const exp = floatFunction('Exp', Math.exp, ['forgetsSignOfZero']);
/** Natural logarithm. */
export const log = floatFunction('Log', Math.log, ['forgetsSignOfZero']);
/** Gauss's error function. */
export const erf = floatFunction('Erf', erfOf);
/** 1 / x. */
export const reciprocal = floatFunction('Reciprocal', (x) => 1 / x);
/** Largest whole number not above x. */
export const floor = floatFunction('Floor', Math.floor);
/** Smallest whole number not below x. */
export const ceil = floatFunction('Ceil', Math.ceil);
/** Nearest whole number, halves to the even one. */
export const round = floatFunction('Round', roundHalfToEven);
/** `1 / (1 + exp(-x))`. */
export const sigmoid = floatFunction('Sigmoid', (x) => 1 / (1 + Math.exp(-x)), ['squashes', 'forgetsSignOfZero']);
/** `log(1 + exp(x))`. */
export const softplus = floatFunction('Softplus', softplusOf, ['forgetsSignOfZero']);
/** `x / (1 + |x|)`. */
export const softsign = floatFunction('Softsign', (x, round) => x / round(1 + Math.abs(x)));
/** `x * tanh(softplus(x))`. */
export const mish = floatFunction('Mish', (x) => x * Math.tanh(softplusOf(x)));

/** Sine of radians. */
export const sin = floatFunction('Sin', Math.sin);
/** Cosine of radians. */
export const cos = floatFunction('Cos', Math.cos, ['forgetsSignOfZero']);
/** Tangent of radians. */
export const tan = floatFunction('Tan', Math.tan);
/** Inverse sine in radians; NaN outside of -1 to 1. */
export const asin = floatFunction('Asin', Math.asin);
/** Inverse cosine in radians; NaN outside of -1 to 1. */
export const acos = floatFunction('Acos', Math.acos, ['forgetsSignOfZero']);
/** Inverse tangent in radians, between -pi/2 and pi/2. */
export const atan = floatFunction('Atan', Math.atan);
/** Hyperbolic sine. */
export const sinh = floatFunction('Sinh', Math.sinh);
/** Hyperbolic cosine. */
export const cosh = floatFunction('Cosh', Math.cosh, ['forgetsSignOfZero']);
/** Hyperbolic tangent, between -1 and 1. */
export const tanh = floatFunction('Tanh', Math.tanh);
/** Inverse hyperbolic sine. */
export const asinh = floatFunction('Asinh', Math.asinh);
/** Inverse hyperbolic cosine; NaN below 1. */
export const acosh = floatFunction('Acosh', Math.acosh);
/** Inverse hyperbolic tangent; NaN outside of -1 to 1. */
export const atanh = floatFunction('Atanh', Math.atanh);

function softplusOf(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** Sizes keep their elements through a function of one number, where all are numbers. */
function integerFacts(node: Node, f: (x: number) => number): readonly Facts[] {
  const [input] = node.inputs;
  const known = holdsSizes(input?.dtype) ? input?.elements : undefined;
  const elements = known?.flatMap((element) => (typeof element === 'number' && isSmall(element) ? [f(element)] : []));
  return [{ ...likeOf(input), elements: elements?.length === known?.length ? elements : undefined }];
}

/** Whether an int32 holds it and its negative. */
const isSmall = (integer: number) => Math.abs(integer) < 2 ** 31;

/** Magnitude. */
export const abs = operator('Abs', {
  traits: ['elementwise', 'forgetsSignOfZero'],
  infer: (node) => integerFacts(node, Math.abs),
  compute: ([input]) => mapNumbers(input, Math.abs, (x) => (x < 0n ? -x : x)),
});

/** -x. */
export const neg = operator('Neg', {
  traits: ['elementwise'],
  infer: (node) => integerFacts(node, (x) => (x === 0 ? 0 : -x)),
  compute: ([input]) =>
    mapNumbers(
      input,
      (x) => -x,
      (x) => -x,
    ),
});

function signOf(x: number): number {
  // Not Math.sign, which keeps -0.
  return x === 0 ? 0 : Math.sign(x);
}

/** -1, 0 or 1. */
export const sign = operator('Sign', {
  traits: ['elementwise'],
  infer: (node) => integerFacts(node, Math.sign),
  compute: ([input]) => mapNumbers(input, signOf, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
});
