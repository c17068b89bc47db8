import { bytesOf, sizeOf, stridesOf, Tensor } from '../model/index.js';
import { arrange, isFree, type Order, plain } from './order.js';

type Elements = Uint8Array | Uint16Array | Uint32Array;

/**
 * The same tensor held in another order; its shape is that in memory. The elements are copied as bits, whatever their
 * type, when they are asked for, and not at all where only axes of size 1 change places.
 */
export function reorder(tensor: Tensor, order: Order): Tensor {
  const shape = arrange(tensor.shape, order);
  if (tensor.size === 0 || isFree(tensor.shape, plain(order.length), order)) return tensor.reshape(shape);
  return new Tensor(tensor.dtype, shape, () => {
    const width = tensor.byteLength / tensor.size;
    // An element of 64 bits moves as two of 32 along an axis of its own.
    const [axes, sizes] =
      width === 8
        ? [
            [...order, order.length],
            [...tensor.shape, 2],
          ]
        : [order, tensor.shape];
    const source = elementsOf(tensor.bytes, width);
    const target = new (source.constructor as new (length: number) => Elements)(source.length);
    copyInOrder(target, source, sizes, axes);
    return bytesOf(target);
  });
}

function elementsOf(bytes: Uint8Array, width: number): Elements {
  if (width === 1) return bytes;
  if (width !== 2 && width !== 4 && width !== 8) throw new TypeError('packed elements cannot be reordered');
  const aligned = bytes.byteOffset % width ? bytes.slice() : bytes;
  if (width === 2) return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/**
 * Copies `source` (row-major, `shape`) into `target` in `order`. Neighbouring axes that stay neighbours are one, so OIHW to
 * HWIO of a 1x1 kernel is a matrix transpose and of a 3x3 kernel three nested loops; all index arithmetic is additions.
 */
function copyInOrder(target: Elements, source: Elements, shape: readonly number[], order: Order): void {
  const { sizes, strides } = merged(shape, order);
  const innerSize = sizes.pop() ?? 1;
  const innerStride = strides.pop() ?? 1;
  const counters = new Array<number>(sizes.length).fill(0);
  const rows = sizeOf(sizes);
  let from = 0;
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let end = to + innerSize, at = from; to < end; to++, at += innerStride) target[to] = source[at] ?? 0;
    for (let axis = counters.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const count = (counters[axis] ?? 0) + 1;
      from += stride;
      counters[axis] = count;
      if (count < (sizes[axis] ?? 0)) break;
      from -= count * stride;
      counters[axis] = 0;
    }
  }
}

/** Sizes in the new order and the strides that these axes have in the source, with axes that move together joined. */
function merged(shape: readonly number[], order: Order): { sizes: number[]; strides: number[] } {
  const sourceStrides = stridesOf(shape);
  const sizes: number[] = [];
  const strides: number[] = [];
  for (const axis of order) {
    const size = shape[axis] ?? 1;
    const stride = sourceStrides[axis] ?? 1;
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides[last] === stride * size) {
      sizes[last] = (sizes[last] ?? 1) * size;
      strides[last] = stride;
    } else {
      sizes.push(size);
      strides.push(stride);
    }
  }
  return { sizes, strides };
}
