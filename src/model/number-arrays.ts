import type { DataType } from './data-type.js';

/** Numbers as JavaScript holds them in memory. */
export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Makes zeros, or holds numbers (each rounded once to float32, or wrapped), or is a view on bytes that lie aligned. */
export interface NumberArray {
  readonly BYTES_PER_ELEMENT: number;
  new (size: number): Numbers;
  new (values: ArrayLike<number>): Numbers;
  new (buffer: ArrayBufferLike, offset: number, size: number): Numbers;
}

/** By element type, where the bytes of a tensor are those of an array. Booleans are 0 and 1. */
export const NUMBER_ARRAYS: Readonly<Partial<Record<DataType, NumberArray>>> = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
};
