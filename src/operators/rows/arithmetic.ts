import { type Dimension, isInteger, type Node, type Tensor } from '../../model/index.js';
import { greaterOf, lesserOf } from '../compute/big-integers.js';
import { combine, combineAll, type PairFunctions } from '../compute/combine.js';
import { mapFloats } from '../compute/map.js';
import { bigIntegersOf, numbersOf } from '../compute/numbers.js';
import { power } from '../compute/power.js';
import { type Facts, operator } from '../operator.js';
import { broadcastOperands } from '../shape/broadcast.js';
import { hasOneOperand } from '../shape/copies.js';
import {
  arithmeticElements,
  differenceOfElements,
  type ElementPair,
  isSize,
  ofNumbers,
  productOfElements,
  quotientOfElements,
  remainderOfElements,
  sumOfElements,
} from '../shape/integer-elements.js';

function pairFacts(node: Node, pair: ElementPair): readonly Facts[] {
  const [a, b] = node.inputs;
  const dtype = a?.dtype ?? b?.dtype;
  const shape = broadcastOperands(node);
  return [{ dtype, shape, elements: arithmeticElements(node, shape, pair) }];
}

function ofPairs(name: string, elements: ElementPair, functions: PairFunctions) {
  return operator(name, {
    traits: ['elementwise'],
    infer: (node) => pairFacts(node, elements),
    compute: ([a, b]) => combine(a, b, functions),
  });
}

/** A + B with broadcasting. */
export const add = ofPairs('Add', sumOfElements, {
  float: (x, y) => x + y,
  integer: (x, y) => x + y,
  big: (x, y) => x + y,
});

/** A - B with broadcasting. */
export const sub = ofPairs('Sub', differenceOfElements, {
  float: (x, y) => x - y,
  integer: (x, y) => x - y,
  big: (x, y) => x - y,
});

/** A * B with broadcasting. */
export const mul = ofPairs('Mul', productOfElements, {
  float: (x, y) => x * y,
  integer: Math.imul,
  big: (x, y) => x * y,
});

/** A / B with broadcasting; integers are cut towards zero. */
export const div = operator('Div', {
  traits: ['elementwise'],
  infer: (node) => pairFacts(node, quotientOfElements),
  compute: ([a, b]) => {
    if (!a || !b || !dividesSafely(a, b)) return undefined;
    return combine(a, b, { float: (x, y) => x / y, integer: (x, y) => Math.trunc(x / y), big: (x, y) => x / y });
  },
});

/** Integer division by 0, and of the least integer by -1, is undefined; the pairs are not looked at one by one. */
function dividesSafely(a: Tensor, b: Tensor): boolean {
  if (!isInteger(b.dtype)) return true;
  const divisors = bigIntegersOf(b) ?? numbersOf(b);
  if (!divisors || divisors.some((d: number | bigint) => d === 0 || d === 0n)) return false;
  const least = -(2n ** BigInt(8 * divisors.BYTES_PER_ELEMENT - 1));
  const overflows =
    divisors.some((d: number | bigint) => BigInt(d) === -1n) &&
    (bigIntegersOf(a) ?? numbersOf(a))?.some((n: number | bigint) => BigInt(n) === least);
  return !overflows;
}

export interface ModParameters {
  /** The result has the sign of the dividend (C's fmod); else that of the divisor (Python's %). */
  readonly fmod: boolean;
}

/** The remainder of A / B with broadcasting. */
export const mod = operator('Mod', {
  traits: ['elementwise'],
  parameters: (node): ModParameters => ({ fmod: node.int('fmod', 0) !== 0 }),
  infer: (node, { fmod }) =>
    pairFacts(node, (at, a, b) => {
      const isOfSizes = !fmod || isSize(a);
      return ofNumbers(remainder(fmod))(at, a, b) ?? (isOfSizes ? remainderOfElements(at, a, b) : undefined);
    }),
  compute: ([a, b], { fmod }) => {
    if (!a || !b || !dividesSafely(a, b)) return undefined;
    const functions: PairFunctions = fmod
      ? { float: (x, y) => x % y, integer: (x, y) => x % y, big: (x, y) => x % y }
      : { integer: floorMod, big: (x, y) => ((x % y) + y) % y };
    return combine(a, b, functions);
  },
});

const remainder = (fmod: boolean) => (a: number, b: number) => (b === 0 ? undefined : fmod ? a % b : floorMod(a, b));

function floorMod(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** A to the power B with broadcasting; the result has the type of A. */
export const pow = operator('Pow', {
  traits: ['elementwise'],
  infer: (node) => [{ dtype: node.dtypeOf(0), shape: broadcastOperands(node) }],
  compute: ([a, b]) => power(a, b),
});

function variadicFacts(node: Node, pair?: (a: number, b: number) => number): readonly Facts[] {
  const shape = broadcastOperands(node);
  const dtype = node.dtypeOf(0);
  let elements: readonly Dimension[] | undefined;
  if (node.inputs.length === 1) elements = node.inputs[0]?.elements;
  else if (node.inputs.length === 2 && pair) elements = arithmeticElements(node, shape, ofNumbers(pair));
  return [{ dtype, shape, elements }];
}

type Inputs = readonly (Tensor | undefined)[];

function variadic(
  name: string,
  compute: (inputs: Inputs) => Tensor | undefined,
  pair?: (a: number, b: number) => number,
) {
  return operator(name, {
    traits: ['elementwise'],
    isCopy: hasOneOperand,
    infer: (node) => variadicFacts(node, pair),
    compute,
  });
}

/** NaN where either is NaN; of zeros that differ in sign the second, where Math.max and Math.min choose by sign. */
const greatest: PairFunctions = {
  float: (a, b) => (a > b || Number.isNaN(a) ? a : b),
  integer: Math.max,
  big: greaterOf,
};
const least: PairFunctions = {
  float: (a, b) => (a < b || Number.isNaN(a) ? a : b),
  integer: Math.min,
  big: lesserOf,
};

/** Several sums in a row would round a 16-bit float each time; the engines round once. */
function totalOf(inputs: Inputs): Tensor | undefined {
  const isWide = inputs[0]?.dtype === 'float32' || inputs[0]?.dtype === 'float64';
  return isWide ? combineAll(inputs, { float: (x, y) => x + y }) : undefined;
}

/** The greatest of the operands, element by element. */
export const max = variadic('Max', (inputs) => combineAll(inputs, greatest), Math.max);
/** The least of the operands, element by element. */
export const min = variadic('Min', (inputs) => combineAll(inputs, least), Math.min);
/** The sum of the operands, element by element, added from the left. */
export const sum = variadic('Sum', totalOf);
/** The mean of the operands, element by element. */
export const mean = variadic('Mean', (inputs) => mapFloats(totalOf(inputs), (x) => x / inputs.length));
