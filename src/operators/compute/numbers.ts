import {
  bytesOf,
  type DataType,
  float16ArrayFrom,
  isFloat,
  NUMBER_ARRAYS,
  type NumberArray,
  type Numbers,
  Tensor,
} from '../../model/index.js';

/** Elements of 64-bit integers. */
export type BigIntegers = BigInt64Array | BigUint64Array;

/** The array that elements are computed in: the tensor's own, or float32 for the 16-bit floats. */
function arrayFor(dtype: DataType): NumberArray | undefined {
  return dtype === 'float16' || dtype === 'bfloat16' ? Float32Array : NUMBER_ARRAYS[dtype];
}

/**
 * Zeros to compute in; undefined for types that are no plain numbers. Writing to the array rounds a number once to float32,
 * or wraps an integer, as the standard asks.
 */
export function zeros(dtype: DataType, size: number): Numbers | undefined {
  const type = arrayFor(dtype);
  return type && new type(size);
}

/** Zeros to compute 64-bit integers in; undefined for all other types. */
export function bigZeros(dtype: DataType, size: number): BigIntegers | undefined {
  if (dtype === 'int64') return new BigInt64Array(size);
  return dtype === 'uint64' ? new BigUint64Array(size) : undefined;
}

/** The elements, as a view where the bytes lie aligned; undefined for types that are no plain numbers. */
export function numbersOf(tensor: Tensor): Numbers | undefined {
  const { dtype, size } = tensor;
  if (dtype === 'float16' || dtype === 'bfloat16') return Float32Array.from(tensor.toFloat64());
  const type = arrayFor(dtype);
  if (!type) return undefined;
  const bytes = tensor.bytes.byteOffset % type.BYTES_PER_ELEMENT ? tensor.bytes.slice() : tensor.bytes;
  return new type(bytes.buffer, bytes.byteOffset, size);
}

/** The elements of 64-bit integers, as a view where the bytes lie aligned; undefined for all other types. */
export function bigIntegersOf(tensor: Tensor): BigIntegers | undefined {
  const { dtype, size } = tensor;
  if (dtype !== 'int64' && dtype !== 'uint64') return undefined;
  const bytes = tensor.bytes.byteOffset % 8 ? tensor.bytes.slice() : tensor.bytes;
  return dtype === 'int64'
    ? new BigInt64Array(bytes.buffer, bytes.byteOffset, size)
    : new BigUint64Array(bytes.buffer, bytes.byteOffset, size);
}

/** Numbers that were computed as `zeros(dtype)` gave them, as a tensor; 16-bit floats are rounded here, once. */
export function tensorOf(dtype: DataType, shape: readonly number[], numbers: Numbers | BigIntegers): Tensor {
  if (dtype === 'float16' && numbers instanceof Float32Array) {
    return new Tensor(dtype, shape, bytesOf(float16ArrayFrom(numbers).bits));
  }
  if (dtype === 'bfloat16' && numbers instanceof Float32Array) return Tensor.from(dtype, shape, numbers);
  return new Tensor(dtype, shape, bytesOf(numbers));
}

/** Whether the type is computed in float32, where each step of a formula rounds. */
export function isSingle(dtype: DataType): boolean {
  return isFloat(dtype) && dtype !== 'float64';
}
