import { decline } from '../../../../lowering/decline.js';
import type { Node } from '../../../../model/index.js';
import { mod } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { int, LeavesHalf } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, cast, compare, unary } from '../operations.js';
import { pair } from '../pair.js';
import { gateOf } from './activations.js';
import { addOrLinear } from './matrix-products.js';
import { expectWide } from './operands.js';
import type { Row, Rows } from './row.js';

/** Half of the smallest step of fp16: what is below becomes 0. */
const VANISHES_BELOW = 2 ** -25;

/** Two operands that broadcast. Narrow integers are refused: in Core ML they are 32 bits wide and do not wrap. */
const onPair =
  (make: (to: NodeBuilder, x: MilValue, y: MilValue, node: Node) => MilValue): Row =>
  (node, to) => {
    expectWide(node);
    const [x, y] = pair(to);
    to.output(make(to, x, y, node));
  };

/** Any number of operands, combined from the left. @param prepare what is done to each of them before */
const onAll =
  (type: string, prepare: (to: NodeBuilder, x: MilValue, node: Node) => MilValue = (_, x) => x): Row =>
  (node, to) => {
    expectWide(node);
    const [first, ...others] = to.inputs().map((x) => prepare(to, x, node));
    if (!first) throw node.invalid('it has no operands');
    to.output(others.reduce((total, next) => binary(to, type, total, next), first));
  };

/** Arithmetic of two or more operands, broadcast. Some pairs are one operation in MIL: x * sigmoid(x), and a product with its bias. */
export const arithmetic: Rows = {
  Add: addOrLinear(onPair((to, x, y) => binary(to, 'add', x, y))),
  Sub: onPair((to, x, y) => binary(to, 'sub', x, y)),

  Mul(node, to) {
    const sigmoid = gateOf(node);
    if (sigmoid) to.output(unary(to, 'silu', to.readThrough(sigmoid)));
    else onPair((_, a, b) => binary(to, 'mul', a, b))(node, to);
  },

  Div: onPair((to, x, y, node) => {
    if (to.kindOf() !== 'float') return cutQuotient(to, x, y);
    expectDivisor(node, to);
    return binary(to, 'real_div', x, y);
  }),

  Mod: onPair((to, x, y, node) => {
    if (!mod.parameters(node).fmod) return binary(to, 'mod', x, y);
    // Both count from 0 where nothing is negative; fmod then takes the sign of the dividend.
    const rest = binary(to, 'mod', unary(to, 'abs', x), unary(to, 'abs', y));
    return binary(to, 'mul', unary(to, 'sign', x), rest);
  }),

  Pow(node, to) {
    if (to.kindOf(0) !== 'float') return integerPower(node, to);
    const exponent = soleNumber(node);
    if (exponent === 2) to.output(unary(to, 'square', to.carrier()));
    else if (exponent !== undefined) to.output(binary(to, 'pow', to.carrier(), to.number(exponent)));
    else if (to.kindOf(1) !== 'float') decline('its exponents are integers that are computed');
    else onPair((_, x, y) => binary(to, 'pow', x, y))(node, to);
  },

  Max: onAll('maximum'),
  Min: onAll('minimum'),
  Sum: onAll('add'),
  /** Divided before they are added: the sum may be beyond a range that the mean is within. */
  Mean: onAll('add', (to, x, node) => {
    const count = node.inputs.length;
    return count === 1 ? x : binary(to, 'real_div', x, to.number(count));
  }),
};

/** @throws LeavesHalf where a divisor that is not 0 would become 0 */
function expectDivisor(node: Node, to: NodeBuilder): void {
  const divisor = node.constant(1);
  if (to.float === 'fp32' || !divisor || divisor.size === 1) return;
  if (divisor.toFloat32().some((value) => value !== 0 && Math.abs(value) <= VANISHES_BELOW)) throw new LeavesHalf();
}

/** The quotient of integers cut towards 0, as the standard has it: `floor_div` is one lower where it is negative with a rest. */
function cutQuotient(to: NodeBuilder, x: MilValue, y: MilValue): MilValue {
  const quotient = binary(to, 'floor_div', x, y);
  const hasRest = compare(to, 'not_equal', binary(to, 'mod', x, y), int(0));
  const isNegative = compare(to, 'less', quotient, int(0));
  const correction = cast(to, compare(to, 'logical_and', hasRest, isNegative), 'int32');
  return binary(to, 'add', quotient, correction);
}

/** The constant exponent that all elements share, where the result has the shape of the base. */
function soleNumber(node: Node): number | undefined {
  const exponent = node.constant(1);
  const isScalar = exponent?.size === 1 && exponent.shape.length <= (node.input(0).rank ?? 0);
  return isScalar ? exponent.toFloat64()[0] : undefined;
}

function integerPower(node: Node, to: NodeBuilder): void {
  expectWide(node);
  const exponent = soleNumber(node);
  const x = to.carrier();
  if (exponent === 0) to.output(binary(to, 'add', binary(to, 'mul', x, int(0)), int(1)));
  else if (exponent === 1) to.output(x);
  else if (exponent === 2) to.output(binary(to, 'mul', x, x));
  else if (exponent === 3) to.output(binary(to, 'mul', binary(to, 'mul', x, x), x));
  else decline('Core ML raises floats alone');
}
