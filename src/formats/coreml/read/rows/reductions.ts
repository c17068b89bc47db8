import type { ReadRow, ReadRows } from './row.js';

/** Over `axes`, or over all; axes go unless they are kept. */
const over =
  (operator: string): ReadRow =>
  (operation, to) => {
    const axes = operation.ints(
      'axes',
      operation.typeOf().shape.map((_, axis) => axis),
    );
    const keepdims = operation.bool('keep_dims', false) ? 1 : 0;
    return to.node(operator, [operation.tensor(), to.ints(axes)], { keepdims });
  };

const place =
  (operator: string): ReadRow =>
  (operation, to) => {
    const attributes = { axis: operation.int('axis', -1), keepdims: operation.bool('keep_dims', false) ? 1 : 0 };
    return to.cast(to.node(operator, [operation.tensor()], attributes), 'int32');
  };

/** Reductions over axes, all of them where none are named. */
export const reductions: ReadRows = {
  reduce_mean: over('ReduceMean'),
  reduce_sum: over('ReduceSum'),
  reduce_max: over('ReduceMax'),
  reduce_min: over('ReduceMin'),
  reduce_prod: over('ReduceProd'),
  reduce_l1_norm: over('ReduceL1'),
  reduce_l2_norm: over('ReduceL2'),
  reduce_sum_square: over('ReduceSumSquare'),
  reduce_log_sum: over('ReduceLogSum'),
  reduce_log_sum_exp: over('ReduceLogSumExp'),
  reduce_argmax: place('ArgMax'),
  reduce_argmin: place('ArgMin'),
};
