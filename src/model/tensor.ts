import { byteLengthOf, type DataType } from './data-type.js';
import { InputError } from './errors.js';
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from './half.js';
import { NUMBER_ARRAYS, type NumberArray } from './number-arrays.js';
import { formatShape, sizeOf } from './shape.js';

/** Where they are elements: little-endian, row-major. */
export type Bytes = Uint8Array;

/**
 * An array of constants: element type, shape and a promise of bytes (little-endian, row-major). `bytes` is a view on the
 * file until someone computes new ones; external data is read when first asked for. Tensors are never changed in place.
 */
export class Tensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly size: number;
  /** Elements of a string tensor, raw as the file holds them; undefined for all other types. */
  readonly strings: readonly Bytes[] | undefined;
  #bytes: Bytes | (() => Bytes);

  constructor(dtype: DataType, shape: readonly number[], bytes: Bytes | (() => Bytes), strings?: readonly Bytes[]) {
    this.dtype = dtype;
    this.shape = shape;
    this.size = sizeOf(shape);
    this.strings = strings;
    this.#bytes = typeof bytes === 'function' ? bytes : plain(bytes);
    if (typeof bytes !== 'function' && dtype !== 'string') this.#expectLength(bytes);
  }

  /** Bytes the elements take, known without reading them. */
  get byteLength(): number {
    return byteLengthOf(this.dtype, this.size);
  }

  /** @throws InputError where external data cannot be read or has another length than the shape asks */
  get bytes(): Bytes {
    if (typeof this.#bytes === 'function') {
      const bytes = plain(this.#bytes());
      this.#expectLength(bytes);
      this.#bytes = bytes;
    }
    return this.#bytes;
  }

  #expectLength(bytes: Bytes): void {
    if (bytes.length !== this.byteLength) {
      throw new InputError({
        what: `a tensor has ${bytes.length} bytes, shape asks ${this.byteLength} (${this.dtype} ${formatShape(this.shape)})`,
        todo: 'export or download the model again',
      });
    }
  }

  /** The elements in order as float64; integers beyond 2^53 lose their last digits, so use `toBigInts` for those. */
  toFloat64(): Float64Array {
    return decode(this.dtype, this.bytes, this.size);
  }

  /** The elements in order as float32, each rounded once; of a float32 tensor a view on its bytes, where they are aligned. */
  toFloat32(): Float32Array {
    if (this.dtype !== 'float32') return new Float32Array(this.toFloat64());
    const bytes = this.bytes.byteOffset % 4 ? new Uint8Array(this.bytes) : this.bytes;
    return new Float32Array(bytes.buffer, bytes.byteOffset, this.size);
  }

  /**
   * The elements as whole numbers.
   * @throws InputError where one is no integer that a number holds exactly
   */
  toIntegers(): number[] {
    if (this.dtype !== 'int64' && this.dtype !== 'uint64') return Array.from(this.toFloat64(), Math.trunc);
    return Array.from(this.toBigInts(), (value) => {
      const number = Number(value);
      if (!Number.isSafeInteger(number)) throw new InputError({ what: `the integer ${value} is out of range` });
      return number;
    });
  }

  /** The elements of an integer or boolean tensor, exactly. */
  toBigInts(): bigint[] {
    if (this.dtype === 'int64' || this.dtype === 'uint64') {
      const view = viewOf(this.bytes);
      const read = this.dtype === 'int64' ? view.getBigInt64 : view.getBigUint64;
      return Array.from({ length: this.size }, (_, i) => read.call(view, 8 * i, true));
    }
    return Array.from(this.toFloat64(), (value) => BigInt(Math.trunc(value)));
  }

  /** The same bytes under another shape of equal size. */
  reshape(shape: readonly number[]): Tensor {
    if (sizeOf(shape) !== this.size) throw new RangeError(`${formatShape(this.shape)} cannot be ${formatShape(shape)}`);
    return new Tensor(this.dtype, shape, this.#bytes, this.strings);
  }

  /** Numbers as a tensor, each rounded once to `dtype`. Integers wrap, as typed arrays do. */
  static from(dtype: DataType, shape: readonly number[], values: ArrayLike<number>): Tensor {
    return new Tensor(dtype, shape, encode(dtype, values));
  }

  static fromBigInts(dtype: 'int64' | 'uint64', shape: readonly number[], values: readonly bigint[]): Tensor {
    const array = dtype === 'int64' ? BigInt64Array.from(values) : BigUint64Array.from(values);
    return new Tensor(dtype, shape, bytesOf(array));
  }

  /** A rank-1 int64 tensor, the type that ONNX wants for shapes and axes. */
  static ofShape(values: readonly number[]): Tensor {
    return Tensor.fromBigInts('int64', [values.length], values.map(BigInt));
  }
}

/** A subclass (Node's Buffer) as what its type promises; a Buffer's `slice` shares memory, that of Uint8Array copies. */
function plain(bytes: Bytes): Bytes {
  if (Object.getPrototypeOf(bytes) === Uint8Array.prototype) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The array's own bytes, a view on its memory. */
export function bytesOf(array: ArrayBufferView): Bytes {
  return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}

function viewOf(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Files hold numbers at any byte; a typed array must start at a multiple of its element. They pass through here. */
const bridge = new Uint8Array(1 << 16);

/** Converted natively, piece by piece where the bytes are not aligned: no second copy of the whole is made. */
function converted(type: NumberArray, bytes: Bytes, size: number): Float64Array {
  const width = type.BYTES_PER_ELEMENT;
  if (bytes.byteOffset % width === 0) return new Float64Array(new type(bytes.buffer, bytes.byteOffset, size));
  const result = new Float64Array(size);
  const piece = bridge.length / width;
  for (let at = 0; at < size; at += piece) {
    const count = Math.min(piece, size - at);
    bridge.set(bytes.subarray(at * width, (at + count) * width));
    result.set(new type(bridge.buffer, 0, count), at);
  }
  return result;
}

function decode(dtype: DataType, bytes: Bytes, size: number): Float64Array {
  const type = NUMBER_ARRAYS[dtype];
  if (type) return dtype === 'bool' ? converted(type, bytes, size).map(asBit) : converted(type, bytes, size);
  if (dtype === 'float16') return converted(Uint16Array, bytes, size).map(float16ToNumber);
  if (dtype === 'bfloat16') return converted(Uint16Array, bytes, size).map(bfloat16ToNumber);
  if (dtype !== 'int64' && dtype !== 'uint64') throw new TypeError(`${dtype} has no numeric value here`);
  const view = viewOf(bytes);
  const read = dtype === 'int64' ? view.getBigInt64 : view.getBigUint64;
  return Float64Array.from({ length: size }, (_, i) => Number(read.call(view, 8 * i, true)));
}

const asBit = (value: number) => (value ? 1 : 0);

function encode(dtype: DataType, values: ArrayLike<number>): Bytes {
  const type = NUMBER_ARRAYS[dtype];
  if (dtype === 'bool') return Uint8Array.from(values, asBit);
  if (type) return bytesOf(new type(values));
  if (dtype === 'float16') return bytesOf(Uint16Array.from(values, numberToFloat16));
  if (dtype === 'bfloat16') return bytesOf(Uint16Array.from(values, numberToBfloat16));
  if (dtype === 'int64') return bytesOf(BigInt64Array.from(Array.from(values), BigInt));
  if (dtype === 'uint64') return bytesOf(BigUint64Array.from(Array.from(values), BigInt));
  throw new TypeError(`${dtype} cannot be made from numbers here`);
}
