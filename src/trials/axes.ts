import { type DataType, stridesOf, Tensor, transposeBytes } from '../model/index.js';

/**
 * The same elements, with axis k of the result being axis `permutation[k]` of the tensor.
 * @throws TypeError for text
 */
export function permuteAxes(tensor: Tensor, permutation: readonly number[]): Tensor {
  const { dtype, shape, size } = tensor;
  const target = permutation.map((axis) => shape[axis] ?? 1);
  if (tensor.strings) throw new TypeError('text has no image layout');
  if (permutation.every((axis, k) => axis === k)) return tensor;
  if (size === 0) return tensor.reshape(target);
  return new Tensor(dtype, target, transposeBytes(tensor.bytes, tensor.byteLength / size, shape, permutation));
}

/** The permutation that undoes another. */
export function inversePermutation(permutation: readonly number[]): number[] {
  const inverse = new Array<number>(permutation.length).fill(0);
  permutation.forEach((axis, k) => {
    inverse[axis] = k;
  });
  return inverse;
}

/** What is said of the axes of an artefact, in those of its source. */
export function turned<T>(sizes: readonly T[], permutation: readonly number[] | undefined): readonly T[] {
  return permutation ? inversePermutation(permutation).flatMap((axis) => sizes.slice(axis, axis + 1)) : sizes;
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

/** The first `count` places along an axis, of as many as there are. @throws RangeError where there are fewer */
export function takeFirst(tensor: Tensor, axis: number, count: number): Tensor {
  const { dtype, shape, size, bytes } = tensor;
  const whole = shape[axis] ?? 1;
  if (!Number.isInteger(count) || count < 0 || count > whole)
    throw new RangeError(`${count} of ${whole} rows are said to count`);
  const step = ((stridesOf(shape)[axis] ?? 1) * bytes.length) / Math.max(1, size);
  const result = new Uint8Array((bytes.length / whole) * count);
  for (let from = 0, at = 0; from < bytes.length; from += step * whole, at += step * count) {
    result.set(bytes.subarray(from, from + step * count), at);
  }
  return new Tensor(
    dtype,
    shape.map((each, k) => (k === axis ? count : each)),
    result,
  );
}

/** The same numbers as another type, each rounded once; integers beyond the type wrap, as typed arrays do. */
export function castTensor(tensor: Tensor, dtype: DataType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  return Tensor.from(dtype, tensor.shape, tensor.toFloat64());
}
