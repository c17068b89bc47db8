import { reorder } from '../layout/reorder.js';
import { isStatic, type Shape, sizeOf, type Tensor } from '../model/index.js';

/** [C*H*W,N] as [H*W*C,N]. */
export function shuffledRows(tensor: Tensor, sizes: readonly number[], order: readonly number[]): Tensor {
  const [rows = 1, columns = 1] = tensor.shape;
  return reorder(tensor.reshape([...sizes, columns]), [...order, sizes.length]).reshape([rows, columns]);
}

/** Leading axes of a product of matrices, to which both factors' broadcast. */
export function batchOf(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  const at = (shape: Shape, axis: number) => shape[axis - (rank - shape.length)] ?? 1;
  return Array.from({ length: rank }, (_, axis) => (at(left, axis) === 1 ? at(right, axis) : at(left, axis)));
}

/** The product of all sizes but the last, by a name that no size has where one of them is not known. */
export function rowsOf(shape: Shape): number | string {
  const rows = shape.slice(0, -1);
  return isStatic(rows) ? sizeOf(rows) : '?rows';
}
