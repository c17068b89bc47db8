import { type DataType, stridesOf, Tensor } from '../model/index.js';

/** The same elements, with axis k of the result being axis `permutation[k]` of the tensor. */
export function permuteAxes(tensor: Tensor, permutation: readonly number[]): Tensor {
  const { dtype, shape, size } = tensor;
  const target = permutation.map((axis) => shape[axis] ?? 1);
  if (tensor.strings) throw new TypeError('text has no image layout');
  if (permutation.every((axis, k) => axis === k)) return tensor;
  const strides = stridesOf(shape);
  const steps = permutation.map((axis) => strides[axis] ?? 1);
  const { words: from, perElement } = wordsOf(tensor.bytes, size);
  const bytes = new Uint8Array(tensor.byteLength);
  const { words: into } = wordsOf(bytes, size);
  const index = new Array<number>(target.length).fill(0);
  for (let at = 0, source = 0; at < size; at++) {
    for (let word = 0; word < perElement; word++) into[at * perElement + word] = from[source * perElement + word] ?? 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      source += steps[axis] ?? 0;
      if (next < (target[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      source -= next * (steps[axis] ?? 0);
    }
  }
  return new Tensor(dtype, target, bytes);
}

/** The permutation that undoes another. */
export function inversePermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length).fill(0);
  permutation.forEach((axis, k) => {
    inverse[axis] = k;
  });
  return inverse;
}

/** The same elements, in reverse order along one axis. */
export function reverseAxis(tensor: Tensor, axis: number): Tensor {
  const { dtype, shape, size, bytes } = tensor;
  const count = shape[axis] ?? 1;
  const run = ((stridesOf(shape)[axis] ?? 1) * bytes.length) / Math.max(1, size);
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += run) {
    const place = at / run;
    const mirrored = place - (place % count) + count - 1 - (place % count);
    result.set(bytes.subarray(at, at + run), mirrored * run);
  }
  return new Tensor(dtype, shape, result);
}

/** The same numbers as another type, each rounded once; integers beyond the type wrap, as typed arrays do. */
export function castTensor(tensor: Tensor, dtype: DataType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  return Tensor.from(dtype, tensor.shape, tensor.toFloat64());
}

/** Elements as words that are only moved, never read as numbers: wide ones as several of four bytes. */
function wordsOf(
  bytes: Uint8Array,
  count: number,
): { words: Uint8Array | Uint16Array | Uint32Array; perElement: number } {
  const width = count === 0 ? 1 : bytes.length / count;
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (width === 1) return { words: new Uint8Array(buffer, byteOffset, count), perElement: 1 };
  if (width === 2) return { words: new Uint16Array(buffer, byteOffset, count), perElement: 1 };
  if (width % 4 === 0) return { words: new Uint32Array(buffer, byteOffset, bytes.length / 4), perElement: width / 4 };
  throw new TypeError(`elements of ${width} bytes have no axes to move here`);
}
