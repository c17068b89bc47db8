import { expectArithmetic, floatInput, indicator, numberLike } from '../../../lowering/operands.js';
import { commonFunctionRows } from '../../../lowering/rows/functions.js';
import type { Operator } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import { type Row, row } from '../row.js';

function floatFunction(operator: Operator<unknown>, op = operator.name): Row {
  return row(operator, (site) => site.build.op(op, [floatInput(site)]));
}

/** Functions of one operand, element by element. */
export const functionRows: readonly Row[] = [
  ...commonFunctionRows,

  row(operators.relu, (site) => {
    expectArithmetic(site);
    return site.build.op('Relu', [site.input(0)]);
  }),

  /** The difference of two tests: wasm's own Sign takes 1e-8 for 0. */
  row(operators.sign, (site) => {
    expectArithmetic(site);
    const { build } = site;
    const [x, zero] = [site.input(0), numberLike(site, 0)];
    const isAbove = indicator(site, build.op('Greater', [x, zero]));
    return build.sub(isAbove, indicator(site, build.op('Less', [x, zero])));
  }),
  floatFunction(operators.erf),
  floatFunction(operators.reciprocal),
  floatFunction(operators.softplus),
  floatFunction(operators.tan),
  floatFunction(operators.asin),
  floatFunction(operators.acos),
  floatFunction(operators.atan),
  floatFunction(operators.sinh),
  floatFunction(operators.cosh),
  floatFunction(operators.asinh),
  floatFunction(operators.acosh),
  floatFunction(operators.atanh),
  floatFunction(operators.isNan, 'IsNan'),

  row(operators.isInf, (site, { detectNegative, detectPositive }) => {
    const { build } = site;
    const x = floatInput(site);
    const isInfinite = build.op('IsInf', [x]);
    if (detectNegative && detectPositive) return isInfinite;
    const isOfSign = detectPositive
      ? build.op('Greater', [x, build.float(0)])
      : detectNegative
        ? build.op('Less', [x, build.float(0)])
        : build.bool(false);
    return build.op('LogicalAnd', [isInfinite, isOfSign]);
  }),

  row(operators.mish, (site) => {
    const { build } = site;
    const x = floatInput(site);
    return build.op('Mul', [x, build.op('Tanh', [build.op('Softplus', [x])])]);
  }),
];
