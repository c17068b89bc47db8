import { BLOB_FILE_NAME, MIL_NUMBERS, type MilDataType } from '../program/data-types.js';

/** Metadata and data of every record start at multiples of this. */
const ALIGNMENT = 64;
const SENTINEL = 0xdeadbeef;
const VERSION = 2;

/** weight.bin as it grows: a header, then records of 64 bytes of metadata and their data. Equal data are stored once. */
export class BlobWriter {
  /** What constants call the file. */
  readonly fileName: string;
  readonly #chunks: Uint8Array[] = [new Uint8Array(ALIGNMENT)];
  readonly #records = new Map<string, { data: Uint8Array; offset: number }[]>();
  #length = ALIGNMENT;
  #count = 0;

  constructor(fileName: string = BLOB_FILE_NAME) {
    this.fileName = fileName;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /**
   * @param padding bits of the last byte that belong to no element
   * @returns the offset of the record's metadata, by which a constant names it
   */
  add(dtype: MilDataType, data: Uint8Array, padding = 0): number {
    const code = MIL_NUMBERS[dtype].blob;
    if (code === undefined) throw new TypeError(`${dtype} cannot lie in weight.bin`);
    const key = `${code} ${data.length} ${padding} ${fingerprint(data)}`;
    const alike = this.#records.get(key) ?? [];
    const same = alike.find((record) => isEqual(record.data, data));
    if (same) return same.offset;

    const offset = Math.ceil(this.#length / ALIGNMENT) * ALIGNMENT;
    const start = offset + ALIGNMENT;
    const metadata = new DataView(new ArrayBuffer(start - this.#length));
    const at = offset - this.#length;
    metadata.setUint32(at, SENTINEL, true);
    metadata.setUint32(at + 4, code, true);
    metadata.setBigUint64(at + 8, BigInt(data.length), true);
    metadata.setBigUint64(at + 16, BigInt(start), true);
    metadata.setBigUint64(at + 24, BigInt(padding), true);
    this.#chunks.push(new Uint8Array(metadata.buffer), data);
    this.#length = start + data.length;
    this.#count++;
    this.#records.set(key, [...alike, { data, offset }]);
    return offset;
  }

  /** The file in chunks; it ends with the last byte of data. */
  finish(): Uint8Array[] {
    const header = new DataView(new ArrayBuffer(ALIGNMENT));
    header.setUint32(0, this.#count, true);
    header.setUint32(4, VERSION, true);
    return [new Uint8Array(header.buffer), ...this.#chunks.slice(1)];
  }
}

/** A cheap number that equal data share: every byte of short data, some of long ones. `isEqual` decides. */
function fingerprint(data: Uint8Array): number {
  const step = Math.max(1, Math.floor(data.length / 64));
  let hash = 0;
  for (let i = 0; i < data.length; i += step) hash = (Math.imul(hash, 31) + (data[i] ?? 0)) | 0;
  return hash;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
