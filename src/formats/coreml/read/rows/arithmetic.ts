import type { Value } from '../../../../model/index.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { ReadRow, ReadRows } from './row.js';

/** Two operands of one type, which broadcast as in NumPy. */
const pair =
  (make: (to: OnnxBuilder, x: Value, y: Value, isInteger: boolean) => Value): ReadRow =>
  (operation, to) => {
    const [x, y] = [operation.tensor('x'), operation.tensor('y')];
    return make(to, x, y, operation.dtype === 'int32');
  };

const named = (operator: string): ReadRow => pair((to, x, y) => to.node(operator, [x, y]));

/** Arithmetic, comparisons and logic of two operands that broadcast. */
export const arithmetic: ReadRows = {
  add: named('Add'),
  sub: named('Sub'),
  mul: named('Mul'),
  real_div: named('Div'),
  pow: named('Pow'),
  maximum: named('Max'),
  minimum: named('Min'),
  equal: named('Equal'),
  greater: named('Greater'),
  greater_equal: named('GreaterOrEqual'),
  less: named('Less'),
  less_equal: named('LessOrEqual'),
  logical_and: named('And'),
  logical_or: named('Or'),
  logical_xor: named('Xor'),
  not_equal: pair((to, x, y) => to.node('Not', [to.node('Equal', [x, y])])),

  /** Python's: down to the next whole number. ONNX cuts towards 0, which is one more where signs differ and there is a rest. */
  floor_div: pair((to, x, y, isInteger) => {
    const quotient = to.node('Div', [x, y]);
    if (!isInteger) return to.node('Floor', [quotient]);
    const zero = to.scalar(0, 'int32');
    const differs = to.node('Xor', [to.node('Less', [x, zero]), to.node('Less', [y, zero])]);
    const isWhole = to.node('Equal', [to.node('Mod', [x, y]), zero]);
    const isTooHigh = to.node('And', [differs, to.node('Not', [isWhole])]);
    return to.node('Sub', [quotient, to.cast(isTooHigh, 'int32')]);
  }),

  /** Python's: the remainder has the sign of the divisor. */
  mod: pair((to, x, y, isInteger) => {
    if (isInteger) return to.node('Mod', [x, y]);
    const rest = to.node('Mod', [x, y], { fmod: 1 });
    const differs = to.node('Less', [to.node('Mul', [rest, y]), to.number(0)]);
    return to.node('Where', [differs, to.node('Add', [rest, y]), rest]);
  }),
};
