import { decline } from '../../../../lowering/decline.js';
import { isInf } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { binary, cast, compare, select, unary } from '../operations.js';
import { pair } from '../pair.js';
import type { Row, Rows } from './row.js';

const comparison =
  (type: string): Row =>
  (_node, to) => {
    const [x, y] = pair(to);
    to.output(compare(to, type, x, y));
  };

/** Comparisons, logic of bools, and the choice between two values. */
export const comparisons: Rows = {
  Equal(_node, to) {
    const [x, y] = pair(to);
    // Core ML compares numbers; bools are equal where not one of them alone is true.
    if (x.type.dtype === 'bool') to.output(unary(to, 'logical_not', compare(to, 'logical_xor', x, y)));
    else to.output(compare(to, 'equal', x, y));
  },
  Greater: comparison('greater'),
  GreaterOrEqual: comparison('greater_equal'),
  Less: comparison('less'),
  LessOrEqual: comparison('less_equal'),
  And: comparison('logical_and'),
  Or: comparison('logical_or'),
  Xor: comparison('logical_xor'),
  Not: (_node, to) => to.output(unary(to, 'logical_not', to.carrier())),

  IsNaN(_node, to) {
    const x = to.carrier();
    to.output(compare(to, 'not_equal', x, x));
  },

  IsInf(node, to) {
    const { detectNegative, detectPositive } = isInf.parameters(node);
    const x = to.carrier();
    const is = (value: number): MilValue => compare(to, 'equal', x, to.number(value));
    if (detectPositive && detectNegative) {
      to.output(compare(to, 'equal', unary(to, 'abs', x), to.number(Number.POSITIVE_INFINITY)));
    } else if (detectPositive || detectNegative) {
      to.output(is(detectPositive ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY));
    } else decline('it asks for nothing');
  },

  Where(_node, to) {
    const [a, b] = [to.input(1), to.input(2)];
    const condition = to.input(0);
    if (a.type.dtype !== 'bool') {
      to.output(select(to, condition, a, b));
      return;
    }
    // As numbers: Core ML's documentation of `select` does not name bool.
    const chosen = select(to, condition, cast(to, a, 'int32'), cast(to, b, 'int32'));
    to.output(binary(to, 'not_equal', chosen, { dtype: 'int32', shape: [], data: Int32Array.of(0) }, 'bool'));
  },
};
