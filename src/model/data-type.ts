/** Element types of ONNX tensors, by the names used in reports. The order of the keys is that of ONNX's enumeration. */
const BITS = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  string: 0,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
} as const;

/** Element types, by the names that reports use: ONNX's own, but for FLOAT and DOUBLE, which are called by their bits. */
export type DataType = keyof typeof BITS;

/** In the order of ONNX's `TensorProto.DataType`, whose FLOAT is 1: the type numbered n is at n - 1. */
export const DATA_TYPES: readonly DataType[] = Object.keys(BITS) as DataType[];

/** Bits one element takes in memory; types below a byte are packed, low bits first. Strings have no fixed size: 0. */
export function bitsOf(dtype: DataType): number {
  return BITS[dtype];
}

/** Bytes that `count` elements take, the last byte of a packed type counted whole. */
export function byteLengthOf(dtype: DataType, count: number): number {
  return Math.ceil((count * BITS[dtype]) / 8);
}

/** float16, bfloat16, float32 and float64: the types that fusing and checking compute with. */
export function isFloat(dtype: DataType | undefined): boolean {
  return dtype === 'float32' || dtype === 'float16' || dtype === 'float64' || dtype === 'bfloat16';
}

const INTEGERS: ReadonlySet<DataType | undefined> = new Set<DataType>([
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'uint32',
  'uint64',
]);

/** Whether it is a whole number of 8 to 64 bits, signed or not; no bool. */
export function isInteger(dtype: DataType | undefined): boolean {
  return INTEGERS.has(dtype);
}
