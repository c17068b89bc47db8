import { BLOB_FILE_NAME } from '../program/data-types.js';
import { damaged } from './damaged.js';

const ALIGNMENT = 64;
const SENTINEL = 0xdeadbeef;

/** Types whose elements share bytes. */
const PACKED: ReadonlySet<number> = new Set([8, 9, 10, 11, 12, 13]);

interface Record {
  /** Blob data type, as the format numbers them. */
  readonly dtype: number;
  readonly data: Uint8Array;
}

/**
 * weight.bin, walked from front to back, so that every record is known by its place before any is asked for: an offset into
 * the header, into other data or beyond the end is then no record.
 */
export class BlobReader {
  readonly #records = new Map<number, Record>();
  /** Records that the header claims; readers go by offsets and do not need it. */
  readonly claimed: number;
  /** What constants call the file. */
  readonly fileName: string;

  /** @throws InputError where the file is no chain of whole records */
  constructor(file: Uint8Array, fileName: string = BLOB_FILE_NAME) {
    this.fileName = fileName;
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    if (file.length < ALIGNMENT) throw damaged(`weight.bin has ${file.length} bytes, less than its header`);
    this.claimed = view.getUint32(0, true);
    const version = view.getUint32(4, true);
    if (version !== 2) throw damaged(`weight.bin has version ${version}, not 2`);
    for (let offset = ALIGNMENT; offset < file.length; ) {
      const what = `weight.bin offset ${offset}`;
      if (file.length - offset < ALIGNMENT) throw damaged(`${what}: the file ends in the metadata of a record`);
      if (view.getUint32(offset, true) !== SENTINEL) throw damaged(`${what}: no record begins here`);
      const length = view.getBigUint64(offset + 8, true);
      const start = view.getBigUint64(offset + 16, true);
      if (start !== BigInt(offset + ALIGNMENT)) throw damaged(`${what}: its data are said to be at ${start}`);
      const left = file.length - offset - ALIGNMENT;
      if (length > BigInt(left)) throw damaged(`${what}: ${length} bytes of data, and ${left} are left`);
      const dtype = view.getUint32(offset + 4, true);
      const padding = view.getBigUint64(offset + 24, true);
      if (padding !== 0n && !PACKED.has(dtype)) throw damaged(`${what}: padding of bits in a type of whole bytes`);
      if (padding > 7n) throw damaged(`${what}: ${padding} bits of padding, more than a byte has to spare`);
      const from = offset + ALIGNMENT;
      const end = from + Number(length);
      this.#records.set(offset, { dtype, data: file.subarray(from, end) });
      offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    }
  }

  get count(): number {
    return this.#records.size;
  }

  /** The data of the record whose metadata lie at `offset`. @throws InputError unless it holds just that */
  read(offset: number, dtype: number, byteLength: number): Uint8Array {
    const record = this.#records.get(offset);
    if (!record) throw damaged(`weight.bin offset ${offset}: no record begins there`);
    if (record.dtype !== dtype) throw damaged(`weight.bin offset ${offset}: it has type ${record.dtype}, not ${dtype}`);
    if (record.data.length !== byteLength) {
      throw damaged(`weight.bin offset ${offset}: it has ${record.data.length} bytes, the value takes ${byteLength}`);
    }
    return record.data;
  }
}
