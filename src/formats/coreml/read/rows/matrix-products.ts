import type { Value } from '../../../../model/index.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { ReadRows } from './row.js';

/** Matrix products; `linear` is one with the transpose of its weight, and a bias. */
export const matrixProducts: ReadRows = {
  /** x weight^T + bias: x [*, I], weight [O, I], bias [O]. */
  linear(operation, to) {
    const x = operation.tensor();
    const weight = operation.tensor('weight');
    if (operation.shapeOf('weight').length !== 2) throw operation.invalid('weight is no matrix');
    const product = to.node('MatMul', [x, to.node('Transpose', [weight], { perm: [1, 0] })]);
    const bias = operation.optionalTensor('bias');
    return bias ? to.node('Add', [product, bias]) : product;
  },

  matmul(operation, to) {
    const x = operation.tensor('x');
    const y = operation.tensor('y');
    const left = operation.bool('transpose_x', false) ? turned(to, x, operation.rankOf('x')) : x;
    const right = operation.bool('transpose_y', false) ? turned(to, y, operation.rankOf('y')) : y;
    return to.node('MatMul', [left, right]);
  },
};

/** The last two axes change places. */
function turned(to: OnnxBuilder, x: Value, rank: number): Value {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const perm = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  return to.node('Transpose', [x], { perm });
}
