import { Tensor, transposeBytes } from '../model/index.js';
import { arrange, isFree, type Order, plain } from './order.js';

/**
 * The same tensor held in another order; its shape is that in memory. The elements are copied as bits, whatever their
 * type, when they are asked for, and not at all where only axes of size 1 change places.
 */
export function reorder(tensor: Tensor, order: Order): Tensor {
  const shape = arrange(tensor.shape, order);
  if (tensor.size === 0 || isFree(tensor.shape, plain(order.length), order)) return tensor.reshape(shape);
  return new Tensor(tensor.dtype, shape, () =>
    transposeBytes(tensor.bytes, tensor.byteLength / tensor.size, tensor.shape, order),
  );
}
