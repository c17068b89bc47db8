import { decline } from '../../../../lowering/decline.js';
import type { Node } from '../../../../model/index.js';
import * as operators from '../../../../operators/index.js';
import type { NodeBuilder } from '../node-builder.js';
import { cast, reduce } from '../operations.js';
import type { Row, Rows } from './row.js';

interface Reduction {
  readonly operator: typeof operators.reduceMean;
  readonly type: string;
  /** Whether integers are reduced as well. */
  readonly takesIntegers?: boolean;
  /** Whether a value over which nothing is reduced stays as it is. */
  readonly keepsElements?: boolean;
}

const row =
  ({ operator, type, takesIntegers = false, keepsElements = false }: Reduction): Row =>
  (node, to) => {
    const { axes, keepDims } = operator.parameters(node);
    if (!axes) return decline('its axes are computed');
    const kind = to.kindOf();
    if (kind === 'int32' && !takesIntegers) decline('Core ML computes it for floats alone');
    const x = to.input();
    if (axes.length === 0 || x.type.shape.length === 0) {
      if (!keepsElements) decline('it reduces no axis');
      to.output(x);
    } else if (kind === 'bool') to.output(ofBools(node, to, type, axes, keepDims));
    else to.output(reduce(to, type, x, axes, keepDims));
  };

/** "Any" and "all" as the greatest and the least of 0 and 1. */
function ofBools(node: Node, to: NodeBuilder, type: string, axes: readonly number[], keepDims: boolean) {
  if (!node.is('ReduceMax', 'ReduceMin')) decline('it has no meaning for bools');
  return cast(to, reduce(to, type, cast(to, to.input(), 'int32'), axes, keepDims), 'bool');
}

/** Reductions, whose axes have to be known. */
export const reductions: Rows = {
  ReduceMean: row({ operator: operators.reduceMean, type: 'reduce_mean', keepsElements: true }),
  ReduceSum: row({ operator: operators.reduceSum, type: 'reduce_sum', takesIntegers: true, keepsElements: true }),
  ReduceMax: row({ operator: operators.reduceMax, type: 'reduce_max', takesIntegers: true, keepsElements: true }),
  ReduceMin: row({ operator: operators.reduceMin, type: 'reduce_min', takesIntegers: true, keepsElements: true }),
  ReduceProd: row({ operator: operators.reduceProd, type: 'reduce_prod', takesIntegers: true, keepsElements: true }),
  ReduceL1: row({ operator: operators.reduceL1, type: 'reduce_l1_norm', takesIntegers: true }),
  ReduceL2: row({ operator: operators.reduceL2, type: 'reduce_l2_norm' }),
  ReduceSumSquare: row({ operator: operators.reduceSumSquare, type: 'reduce_sum_square', takesIntegers: true }),
  ReduceLogSum: row({ operator: operators.reduceLogSum, type: 'reduce_log_sum' }),
  ReduceLogSumExp: row({ operator: operators.reduceLogSumExp, type: 'reduce_log_sum_exp' }),
};
