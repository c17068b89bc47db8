import type { Operator } from '../../operators/index.js';
import * as operators from '../../operators/index.js';
import type { Operation } from '../builder.js';
import { expectArithmetic, floatInput, magnitude, negative } from '../operands.js';
import { type CommonRow, type CommonSite, commonRow } from '../row.js';

function floatFunction(operator: Operator<unknown>, operation: Operation): CommonRow {
  return commonRow(operator, (site) => site.build.apply(operation, floatInput(site)));
}

/** A function of int32 as well as float32. */
function numberFunction(operator: Operator<unknown>, emit: <Ref>(site: CommonSite<Ref>, x: Ref) => Ref): CommonRow {
  return commonRow(operator, (site) => {
    expectArithmetic(site);
    return emit(site, site.input(0));
  });
}

/** Functions of one operand, element by element. */
export const commonFunctionRows: readonly CommonRow[] = [
  numberFunction(operators.abs, magnitude),
  numberFunction(operators.neg, negative),
  floatFunction(operators.sqrt, 'Sqrt'),
  floatFunction(operators.exp, 'Exp'),
  floatFunction(operators.log, 'Log'),
  floatFunction(operators.floor, 'Floor'),
  floatFunction(operators.ceil, 'Ceil'),
  floatFunction(operators.round, 'Round'),
  floatFunction(operators.sigmoid, 'Sigmoid'),
  floatFunction(operators.sin, 'Sin'),
  floatFunction(operators.cos, 'Cos'),
  floatFunction(operators.tanh, 'Tanh'),

  commonRow(operators.softsign, (site) => {
    const { build } = site;
    const x = floatInput(site);
    return build.div(x, build.add(build.apply('Abs', x), build.float(1)));
  }),
];
