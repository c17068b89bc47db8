import { Tensor } from '../../../../model/index.js';
import type { ReadRows } from './row.js';

/** Of those that MIL has, what ONNX has as well. */
const SCATTER_REDUCTIONS: readonly string[] = ['none', 'add', 'mul', 'max', 'min'];

/** Elements by index, by order, and running sums. */
export const selections: ReadRows = {
  gather(operation, to) {
    const indices = operation.other('indices', 'int32');
    return to.node('Gather', [operation.tensor(), indices], { axis: operation.int('axis', 0) });
  },

  gather_along_axis(operation, to) {
    const indices = operation.other('indices', 'int32');
    return to.node('GatherElements', [operation.tensor(), indices], { axis: operation.int('axis', 0) });
  },

  scatter_nd(operation, to) {
    const indices = to.cast(operation.other('indices', 'int32'), 'int64');
    const mode = operation.text('mode', 'add');
    const reduction = mode === 'update' ? 'none' : mode;
    if (!SCATTER_REDUCTIONS.includes(reduction)) throw operation.invalid(`mode ${mode} is not read here`);
    return to.node('ScatterND', [operation.tensor('data'), indices, operation.tensor('updates')], { reduction });
  },

  topk(operation, to) {
    const k = to.ints([operation.int('k', 1)]);
    const attributes = { axis: operation.int('axis', -1), largest: operation.bool('ascending', false) ? 0 : 1 };
    const [values, indices] = to.nodes('TopK', [operation.tensor(), k], attributes, 2);
    if (!values || !indices) throw operation.invalid('makes nothing');
    return [values, to.cast(indices, 'int32')];
  },

  argsort(operation, to) {
    const axis = operation.int('axis', -1);
    const rank = operation.rankOf();
    const along = axis < 0 ? axis + rank : axis;
    const k = to.sizes(operation.any(), along, along + 1);
    const attributes = { axis, largest: operation.bool('ascending', false) ? 0 : 1 };
    const [, indices] = to.nodes('TopK', [operation.tensor(), k], attributes, 2);
    if (!indices) throw operation.invalid('makes nothing');
    return to.cast(indices, 'int32');
  },

  cumsum(operation, to) {
    const axis = to.graph.addConstant(Tensor.from('int32', [], [operation.int('axis', 0)]));
    const attributes = {
      exclusive: operation.bool('exclusive', false) ? 1 : 0,
      reverse: operation.bool('reverse', false) ? 1 : 0,
    };
    return to.node('CumSum', [operation.tensor(), axis], attributes);
  },
};
