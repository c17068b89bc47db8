import { type Bytes, bitsOf, bytesOf, type DataType, Tensor } from '../../model/index.js';

type Data = Uint8Array | Uint16Array | Uint32Array | Bytes[];
const NO_BYTES = new Uint8Array();

/**
 * Elements that can be copied without knowing what they mean. An element is one cell, or several of 32 bits where it is
 * wider; bits are kept, so that NaN payloads and the signs of zeros survive.
 */
export class Cells {
  readonly dtype: DataType;
  readonly #data: Data;
  readonly #perElement: number;

  private constructor(dtype: DataType, data: Data, perElement: number) {
    this.dtype = dtype;
    this.#data = data;
    this.#perElement = perElement;
  }

  /** undefined for the types below a byte, whose elements share bytes. */
  static of(tensor: Tensor): Cells | undefined {
    if (tensor.dtype === 'string') return tensor.strings && new Cells('string', [...tensor.strings], 1);
    const bits = bitsOf(tensor.dtype);
    if (bits < 8) return undefined;
    const width = Math.min(bits / 8, 4);
    const bytes = tensor.bytes.byteOffset % width ? tensor.bytes.slice() : tensor.bytes;
    const count = bytes.length / width;
    const data =
      width === 1
        ? bytes
        : width === 2
          ? new Uint16Array(bytes.buffer, bytes.byteOffset, count)
          : new Uint32Array(bytes.buffer, bytes.byteOffset, count);
    return new Cells(tensor.dtype, data, bits / 8 / width);
  }

  /** Zeros, or empty strings. */
  static zeros(dtype: DataType, count: number): Cells | undefined {
    if (dtype === 'string') return new Cells('string', new Array<Bytes>(count).fill(NO_BYTES), 1);
    const bits = bitsOf(dtype);
    if (bits < 8) return undefined;
    const perElement = Math.max(bits / 32, 1);
    const data =
      bits === 8 ? new Uint8Array(count) : bits === 16 ? new Uint16Array(count) : new Uint32Array(count * perElement);
    return new Cells(dtype, data, perElement);
  }

  /** Copies `count` neighbouring elements from `source`, which has the same type, to `at`. */
  copy(at: number, source: Cells, from: number, count = 1): void {
    const scale = this.#perElement;
    this.#copyCells(at * scale, source.#data, from * scale, count * scale);
  }

  /** Makes every element the one of `source` at `from`. */
  fill(source: Cells, from: number): void {
    const [target, data, scale] = [this.#data, source.#data, this.#perElement];
    if (scale === 1 && !Array.isArray(target) && !Array.isArray(data)) target.fill(data[from] ?? 0);
    else for (let at = 0; at < target.length / scale; at++) this.copy(at, source, from);
  }

  #copyCells(at: number, source: Data, from: number, count: number): void {
    const target = this.#data;
    // Both are of one kind; the loops are apart so that each stays on one element type.
    if (Array.isArray(target) || Array.isArray(source)) {
      if (!Array.isArray(target) || !Array.isArray(source)) throw new TypeError('strings and numbers cannot mix');
      for (let i = 0; i < count; i++) target[at + i] = source[from + i] ?? NO_BYTES;
    } else if (count > 16) {
      target.set(source.subarray(from, from + count), at);
    } else {
      for (let i = 0; i < count; i++) target[at + i] = source[from + i] ?? 0;
    }
  }

  toTensor(shape: readonly number[]): Tensor {
    const data = this.#data;
    return Array.isArray(data)
      ? new Tensor(this.dtype, shape, NO_BYTES, data)
      : new Tensor(this.dtype, shape, bytesOf(data));
  }
}
