import { decline } from '../../../lowering/decline.js';
import { expectArithmetic, expectFloat } from '../../../lowering/operands.js';
import type { Operator } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import { withActivation } from '../activation.js';
import type { Ref } from '../builder.js';
import { indicator, magnitude, numberLike } from '../operands.js';
import { type Row, row, type Site } from '../row.js';

function operandsOf(site: Site): Ref[] {
  return site.node.inputs.map((_, index) => site.broadcast(index));
}

/** With an activation behind it, which the kernel computes along. */
function pair(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    expectArithmetic(site);
    return withActivation(site, (activation) => site.build.op(op, operandsOf(site), { activation }));
  });
}

/** By products where all are raised alike. */
function integerPower(site: Site, base: Ref): Ref {
  expectArithmetic(site);
  const { build } = site;
  const constant = site.constant(1) ?? decline(`of ${site.value(0).dtype} to a power that is computed`);
  const exponents = new Set(constant.toFloat64());
  const [exponent = 0] = exponents;
  const outside = [...exponents].find((each) => !Number.isInteger(each) || each < 0);
  if (outside !== undefined) return decline(`of ${site.value(0).dtype} to the power ${outside}`);
  if (exponents.size > 1) return build.op('POW', [base, build.cast(site.broadcast(1), site.kind(1), 'int32')]);
  let result: Ref | undefined;
  let factor = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? factor : build.mul(result, factor);
    if (rest > 1) factor = build.mul(factor, factor);
  }
  result ??= build.add(build.mul(base, build.int(0)), build.int(1));
  const shape = site.resultShape();
  return shape.join() === site.shape(0).join() ? result : build.op('BROADCAST_TO', [result, site.shapeVector(shape)]);
}

/** Any number of operands, two at a time. */
function chain(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => chained(site, op));
}

function chained(site: Site, op: string, operands = operandsOf(site)): Ref {
  expectArithmetic(site);
  return operands.reduce((a, b) => site.build.op(op, [a, b]));
}

/** Tests of any type that the target has; integers of 64 bits are compared as the 32 bits they are held in. */
function test(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    const isOrder = op !== 'EQUAL' && op !== 'NOT_EQUAL' && !op.startsWith('LOGICAL');
    if (isOrder && site.kind(0) === 'bool') return decline('of bool');
    return site.build.op(op, operandsOf(site));
  });
}

/** Element by element, with broadcasting. */
export const arithmeticRows: readonly Row[] = [
  pair(operators.add, 'ADD'),
  pair(operators.sub, 'SUB'),
  pair(operators.mul, 'MUL'),
  pair(operators.div, 'DIV'),

  /** The kernel has the sign of the divisor. That of the dividend comes from the remainder of magnitudes. */
  row(operators.mod, (site, { fmod }) => {
    expectArithmetic(site);
    const { build } = site;
    const [a, b] = [site.broadcast(0), site.broadcast(1)];
    if (!fmod) return site.kind(0) === 'float32' ? decline('fmod 0 of floats') : build.op('FLOOR_MOD', [a, b]);
    const rest = build.op('FLOOR_MOD', [magnitude(site, a), magnitude(site, b)]);
    const isNegative = indicator(site, build.op('LESS', [a, numberLike(site, 0)]));
    return build.sub(rest, build.mul(build.mul(isNegative, numberLike(site, 2)), rest));
  }),

  row(operators.pow, (site) => {
    const { build } = site;
    const [a, b] = [site.broadcast(0), site.broadcast(1)];
    if (site.kind(0) !== 'float32') return integerPower(site, a);
    const exponent = site.constant(1);
    const isSquare = exponent?.size === 1 && exponent.toFloat64()[0] === 2;
    if (isSquare && site.onnxShape(0).length >= exponent.shape.length) return build.op('SQUARE', [a]);
    return build.op('POW', [a, build.cast(b, site.kind(1), 'float32')]);
  }),

  chain(operators.max, 'MAXIMUM'),
  chain(operators.min, 'MINIMUM'),
  chain(operators.sum, 'ADD'),

  /** Divided before they are added: the sum may be beyond the range that the mean is within. */
  row(operators.mean, (site) => {
    expectFloat(site);
    const operands = operandsOf(site);
    const count = site.build.float(operands.length);
    const shares = operands.length === 1 ? operands : operands.map((x) => site.build.div(x, count));
    return chained(site, 'ADD', shares);
  }),

  test(operators.equal, 'EQUAL'),
  test(operators.greater, 'GREATER'),
  test(operators.greaterOrEqual, 'GREATER_EQUAL'),
  test(operators.less, 'LESS'),
  test(operators.lessOrEqual, 'LESS_EQUAL'),
  test(operators.and, 'LOGICAL_AND'),
  test(operators.or, 'LOGICAL_OR'),
  test(operators.xor, 'NOT_EQUAL'),
  row(operators.not, (site) => site.build.op('LOGICAL_NOT', [site.input(0)])),
  row(operators.where, (site) => {
    site.resultKind();
    return site.build.op('SELECT_V2', operandsOf(site));
  }),
];
