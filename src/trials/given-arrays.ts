import { type DataType, formatShape, InputError, sizeOf, Tensor } from '../model/index.js';
import type { UserArrays } from './npz.js';

/** An array in memory: its elements in row-major order, as NumPy and ONNX Runtime have them. */
export interface GivenArray {
  /** Sizes of its axes, as `[1, 3, 224, 224]`. */
  readonly shape: readonly number[];
  readonly data:
    | Float32Array
    | Float64Array
    | Uint8Array
    | Int8Array
    | Uint16Array
    | Int16Array
    | Uint32Array
    | Int32Array
    | BigUint64Array
    | BigInt64Array;
}

/** Arrays by the names of the inputs that they are for. */
export type GivenArrays = ReadonlyMap<string, GivenArray> | Readonly<Record<string, GivenArray>>;

const TYPES: ReadonlyMap<string, DataType> = new Map([
  ['Float32Array', 'float32'],
  ['Float64Array', 'float64'],
  ['Uint8Array', 'uint8'],
  ['Int8Array', 'int8'],
  ['Uint16Array', 'uint16'],
  ['Int16Array', 'int16'],
  ['Uint32Array', 'uint32'],
  ['Int32Array', 'int32'],
  ['BigUint64Array', 'uint64'],
  ['BigInt64Array', 'int64'],
]);

/** The element type of a typed array; undefined for what is none, or has no such elements. */
function elementTypeOf(data: unknown): DataType | undefined {
  return ArrayBuffer.isView(data) ? TYPES.get(Object.prototype.toString.call(data).slice(8, -1)) : undefined;
}

/** Whether something is an array in memory, whatever it holds. */
export function isGivenArray(value: unknown): value is GivenArray {
  if (typeof value !== 'object' || value === null || !('shape' in value && 'data' in value)) return false;
  const { shape, data } = value;
  return Array.isArray(shape) && shape.every(isSize) && elementTypeOf(data) !== undefined;
}

function isSize(size: unknown): boolean {
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
}

/**
 * Arrays in memory as tensors; nothing is copied.
 * @throws InputError where one holds more or fewer elements than its shape says
 */
export function arraysOf(given: GivenArrays): UserArrays {
  const entries: [string, GivenArray][] = given instanceof Map ? [...given] : Object.entries(given);
  return new Map(entries.map(([name, { shape, data }]) => [name, tensorOf(name, shape, data)]));
}

function tensorOf(name: string, shape: readonly number[], data: GivenArray['data']): Tensor {
  const dtype = elementTypeOf(data);
  if (!dtype) throw new InputError({ what: 'the array is no typed array of numbers', where: { value: name } });
  if (data.length !== sizeOf(shape)) {
    throw new InputError({
      what: `the array holds ${data.length} elements, its shape ${formatShape(shape)} asks ${sizeOf(shape)}`,
      where: { value: name },
    });
  }
  return new Tensor(dtype, shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
