import { decline } from '../../../../lowering/decline.js';
import { argMax, cumSum, topK } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { bool, int, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary } from '../operations.js';
import { fixedSizes } from '../types.js';
import type { Row, Rows } from './row.js';

const argument =
  (type: 'reduce_argmax' | 'reduce_argmin'): Row =>
  (node, to) => {
    // ArgMin has the parameters of ArgMax.
    const { axis, keepDims, selectLastIndex } = argMax.parameters(node);
    const x = to.input();
    if (x.type.shape.length === 0) decline('it has no axis');
    if (to.kindOf() === 'bool') decline('it has no meaning for bools');
    const size = selectLastIndex ? (fixedSizes(x)[axis] ?? 1) : 1;
    const from = selectLastIndex ? to.emit('reverse', { x, axes: ints([axis]) }, x.type.shape) : x;
    const args = { x: from, axis: int(axis), keep_dims: bool(keepDims) };
    const found = to.emit(type, args, to.resultShape(), 'int32');
    to.output(selectLastIndex ? fromTheEnd(to, found, size) : found);
  };

/** An index that was counted from the end of an axis, counted from its begin. */
function fromTheEnd(to: NodeBuilder, index: MilValue, size: number): MilValue {
  return binary(to, 'sub', to.value(int(size - 1)), index);
}

/** Where elements stand in an order, and sums along one. */
export const selections: Rows = {
  ArgMax: argument('reduce_argmax'),
  ArgMin: argument('reduce_argmin'),

  TopK(node, to) {
    const { k, axis, largest } = topK.parameters(node);
    if (k === undefined) return decline('its k is computed');
    const x = to.input();
    const shape = x.type.shape.map((size, i) => (i === axis ? k : size));
    const args = { x, k: int(k), axis: int(axis), ascending: bool(!largest) };
    const [values, indices] = to.emitMany('topk', args, [
      { dtype: x.type.dtype, shape },
      { dtype: 'int32', shape },
    ]);
    if (values) to.output(values, 0);
    if (indices) to.output(indices, 1);
  },

  CumSum(node, to) {
    const { axis, exclusive, reverse } = cumSum.parameters(node);
    if (axis === undefined) return decline('its axis is computed');
    const x = to.input();
    const args = { x, axis: int(axis), exclusive: bool(exclusive), reverse: bool(reverse) };
    to.output(to.emit('cumsum', args, x.type.shape));
  },
};
