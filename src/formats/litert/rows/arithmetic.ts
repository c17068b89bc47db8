import { decline } from '../../../lowering/decline.js';
import { broadcastOperands, expectArithmetic } from '../../../lowering/operands.js';
import { commonArithmeticRows, powerByProducts } from '../../../lowering/rows/arithmetic.js';
import type { Operator } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import { withActivation } from '../activation.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/** With an activation behind it, which the kernel computes along. */
function pair(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    expectArithmetic(site);
    return withActivation(site, (activation) => site.build.op(op, broadcastOperands(site), { activation }));
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
  return powerByProducts(site, base, exponent);
}

/** Tests of any type that the target has; integers of 64 bits are compared as the 32 bits they are held in. */
function test(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    const isOrder = op !== 'EQUAL' && op !== 'NOT_EQUAL' && !op.startsWith('LOGICAL');
    if (isOrder && site.kind(0) === 'bool') return decline('of bool');
    return site.build.op(op, broadcastOperands(site));
  });
}

/** Element by element, with broadcasting. */
export const arithmeticRows: readonly Row[] = [
  pair(operators.add, 'ADD'),
  pair(operators.sub, 'SUB'),
  pair(operators.mul, 'MUL'),
  pair(operators.div, 'DIV'),

  row(operators.pow, (site) => {
    const { build } = site;
    const [a, b] = [site.broadcast(0), site.broadcast(1)];
    if (site.kind(0) !== 'float32') return integerPower(site, a);
    const exponent = site.constant(1);
    const isSquare = exponent?.size === 1 && exponent.toFloat64()[0] === 2;
    if (isSquare && site.onnxShape(0).length >= exponent.shape.length) return build.op('SQUARE', [a]);
    return build.op('POW', [a, build.cast(b, site.kind(1), 'float32')]);
  }),

  ...commonArithmeticRows,
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
    return site.build.op('SELECT_V2', broadcastOperands(site));
  }),
];
