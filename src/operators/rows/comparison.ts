import type { Node } from '../../model/index.js';
import { combine, compare, type Relation } from '../compute/combine.js';
import { mapNumbers, testNumbers } from '../compute/map.js';
import { type Facts, operator } from '../operator.js';
import { broadcastOperands } from '../shape/broadcast.js';
import { comparedElements, pairElements } from '../shape/integer-elements.js';

const boolFacts = (node: Node): Facts[] => [{ dtype: 'bool', shape: broadcastOperands(node) }];

function comparison(name: string, relation: Relation) {
  const pair = comparedElements(relation);
  return operator(name, {
    traits: ['elementwise', 'selects'],
    infer: (node) => boolFacts(node).map((facts) => ({ ...facts, elements: pairElements(node, facts.shape, pair) })),
    compute: ([a, b]) => compare(a, b, relation),
  });
}

/** A = B, element by element with broadcasting; false where either is NaN. */
export const equal = comparison('Equal', (a, b) => a === b);
/** A > B. */
export const greater = comparison('Greater', (a, b) => a > b);
/** A >= B. */
export const greaterOrEqual = comparison('GreaterOrEqual', (a, b) => a >= b);
/** A < B. */
export const less = comparison('Less', (a, b) => a < b);
/** A <= B. */
export const lessOrEqual = comparison('LessOrEqual', (a, b) => a <= b);

function logical(name: string, bool: (a: number, b: number) => number) {
  return operator(name, {
    traits: ['elementwise'],
    infer: boolFacts,
    compute: ([a, b]) => combine(a, b, { bool }),
  });
}

/** Both, element by element with broadcasting. */
export const and = logical('And', (a, b) => a && b);
/** One or both. */
export const or = logical('Or', (a, b) => a || b);
/** One, but not both. */
export const xor = logical('Xor', (a, b) => (!a === !b ? 0 : 1));

/** True for false and false for true. */
export const not = operator('Not', {
  traits: ['elementwise'],
  infer: boolFacts,
  compute: ([a]) => (a?.dtype === 'bool' ? mapNumbers(a, (x) => (x ? 0 : 1)) : undefined),
});

/** Whether a number is NaN. */
export const isNan = operator('IsNaN', {
  traits: ['elementwise'],
  infer: boolFacts,
  compute: ([a]) => testNumbers(a, Number.isNaN),
});

/** Whether a number is infinite, of the signs that are asked for. */
export const isInf = operator('IsInf', {
  traits: ['elementwise'],
  parameters: (node) => ({
    detectNegative: node.int('detect_negative', 1) !== 0,
    detectPositive: node.int('detect_positive', 1) !== 0,
  }),
  infer: boolFacts,
  compute: ([a], { detectNegative, detectPositive }) =>
    testNumbers(
      a,
      (x) => (x === Number.POSITIVE_INFINITY && detectPositive) || (x === Number.NEGATIVE_INFINITY && detectNegative),
    ),
});
