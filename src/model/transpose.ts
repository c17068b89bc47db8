import { stridesOf } from './shape.js';
import { forEachRow } from './strided-walk.js';
import { bytesOf } from './tensor.js';

type Words = Uint8Array | Uint16Array | Uint32Array;

/**
 * Elements of `width` bytes each, moved as bits whatever their type, so that axis k of the result is axis `order[k]`.
 * @param shape of `bytes`, row-major
 * @throws TypeError for elements that share a byte
 */
export function transposeBytes(
  bytes: Uint8Array,
  width: number,
  shape: readonly number[],
  order: readonly number[],
): Uint8Array {
  if (width <= 4) return bytesOf(transposeWords(wordsOf(bytes, width), shape, order));
  // A wide element moves as several words of 32 bits along an axis of their own.
  return bytesOf(transposeWords(wordsOf(bytes, 4), [...shape, width / 4], [...order, order.length]));
}

function wordsOf(bytes: Uint8Array, width: number): Words {
  if (width === 1) return bytes;
  if (width !== 2 && width !== 4) throw new TypeError(`elements of ${width} bytes have no axes to move`);
  const { buffer, byteOffset, length } = bytes.byteOffset % width ? bytes.slice() : bytes;
  return width === 2
    ? new Uint16Array(buffer, byteOffset, length / 2)
    : new Uint32Array(buffer, byteOffset, length / 4);
}

/**
 * Neighbouring axes that stay neighbours are one, so OIHW to HWIO of a 1x1 kernel is a matrix transpose and of a 3x3 kernel
 * three nested loops; all index arithmetic is additions.
 */
function transposeWords(source: Words, shape: readonly number[], order: readonly number[]): Words {
  const target = new (source.constructor as new (length: number) => Words)(source.length);
  const { sizes, strides } = merged(shape, order);
  const innerSize = sizes.at(-1) ?? 1;
  const innerStride = strides.at(-1) ?? 1;
  let to = 0;
  forEachRow({ shape: sizes, strides, offset: 0 }, (from) => {
    for (let end = to + innerSize, at = from; to < end; to++, at += innerStride) target[to] = source[at] ?? 0;
  });
  return target;
}

/** Sizes in the new order and the strides that these axes have in the source, with axes that move together joined. */
function merged(shape: readonly number[], order: readonly number[]): { sizes: number[]; strides: number[] } {
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
