import { bytesOf, type DataType, float16ArrayFrom, isFloat, Tensor } from '../../model/index.js';

/** Elements in the type they are computed in: the tensor's own, or float32 for the 16-bit floats. */
export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Elements of 64-bit integers. */
export type BigIntegers = BigInt64Array | BigUint64Array;

/** Writing to the array rounds a number once to float32, or wraps an integer, as the standard asks. */
export function zeros(dtype: DataType, size: number): Numbers | undefined {
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return new Float32Array(size);
    case 'float64':
      return new Float64Array(size);
    case 'int8':
      return new Int8Array(size);
    case 'uint8':
    case 'bool':
      return new Uint8Array(size);
    case 'int16':
      return new Int16Array(size);
    case 'uint16':
      return new Uint16Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'uint32':
      return new Uint32Array(size);
    default:
      return undefined;
  }
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
  const shaped = zeros(dtype, 0);
  if (!shaped) return undefined;
  const width = shaped.BYTES_PER_ELEMENT;
  const bytes = tensor.bytes.byteOffset % width ? tensor.bytes.slice() : tensor.bytes;
  const { buffer, byteOffset } = bytes;
  if (shaped instanceof Float32Array) return new Float32Array(buffer, byteOffset, size);
  if (shaped instanceof Float64Array) return new Float64Array(buffer, byteOffset, size);
  if (shaped instanceof Int8Array) return new Int8Array(buffer, byteOffset, size);
  if (shaped instanceof Uint8Array) return bytes;
  if (shaped instanceof Int16Array) return new Int16Array(buffer, byteOffset, size);
  if (shaped instanceof Uint16Array) return new Uint16Array(buffer, byteOffset, size);
  if (shaped instanceof Int32Array) return new Int32Array(buffer, byteOffset, size);
  return new Uint32Array(buffer, byteOffset, size);
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
