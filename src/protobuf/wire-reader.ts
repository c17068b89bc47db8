import type { Bytes } from '../model/index.js';
import { wireError } from './wire-error.js';

/** Wire type of a number of one to ten bytes, seven bits in each. */
export const VARINT = 0;
/** Wire type of eight bytes. */
export const FIXED64 = 1;
/** Wire type of a length and as many bytes: a string, a message, or packed numbers. */
export const LENGTH = 2;
/** Wire type of the begin of a group, which no schema here has. */
export const START_GROUP = 3;
/** Wire type of the end of a group. */
export const END_GROUP = 4;
/** Wire type of four bytes. */
export const FIXED32 = 5;

const MAX_GROUPS = 100;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads protobuf's wire format. Nothing is read beyond the `end` that the caller names, and every failure says at which byte. */
export class WireReader {
  readonly #bytes: Bytes;
  readonly #view: DataView;
  position = 0;
  /** The halves of the last varint, unsigned. */
  low = 0;
  high = 0;

  constructor(bytes: Bytes) {
    // Views on one of Node's buffers would be buffers too, which take several times as long to make.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads a varint of at most 64 bits into `low` and `high`; padding with zero bits is legal. */
  varint(end: number): void {
    const start = this.position;
    const first = start < end ? (this.#bytes[start] ?? 0) : 0x80;
    if (first < 0x80) {
      this.position++;
      this.low = first;
      this.high = 0;
      return;
    }
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (this.position >= end) throw this.#cut(start, end, 'a varint');
      const byte = this.#bytes[this.position++] ?? 0;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >> 4;
      } else if (i < 9) high |= bits << (7 * i - 32);
      else {
        if (byte > 1)
          throw wireError(`a varint ${byte < 0x80 ? 'of more than 64 bits' : 'longer than ten bytes'}`, start);
        high |= byte << 31;
      }
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
  }

  /** Reads a tag: field number times 8, plus wire type. */
  tag(end: number): number {
    const start = this.position;
    this.varint(end);
    if (this.high !== 0) throw wireError('a field number that is too large (varint of over 32 bits)', start);
    if (this.low < 8) throw wireError('field number 0', start);
    const wireType = this.low & 7;
    if (wireType > FIXED32) throw wireError(`wire type ${wireType}, which does not exist`, start);
    return this.low;
  }

  /** Reads a length, proves that so many bytes are left, and returns where they end. */
  length(end: number, what: string): number {
    const start = this.position;
    this.varint(end);
    const length = this.high * 2 ** 32 + this.low;
    if (length > end - this.position) throw this.#cut(start, end, `${what}: a length of ${length}`);
    return this.position + length;
  }

  float(end: number): number {
    return this.#view.getFloat32(this.#fixed(4, end), true);
  }

  double(end: number): number {
    return this.#view.getFloat64(this.#fixed(8, end), true);
  }

  /** The next bytes up to `end`, as a view. */
  bytes(end: number): Bytes {
    const start = this.position;
    this.position = end;
    return this.#bytes.subarray(start, end);
  }

  /** The next bytes up to `end` as text. @throws InputError where they are not UTF-8 */
  text(end: number): string {
    const start = this.position;
    try {
      return utf8.decode(this.bytes(end));
    } catch {
      throw wireError('a name or text that is not UTF-8', start);
    }
  }

  /** The next value of a wire type, as it lies there. */
  value(wireType: number, end: number): Bytes {
    const start = this.position;
    this.skip(wireType, end);
    return this.#bytes.subarray(start, this.position);
  }

  /** Walks over the value that follows a tag, groups included. */
  skip(tag: number, end: number): void {
    const start = this.position;
    const open: number[] = [];
    for (let next = tag; ; next = this.tag(end)) {
      const wireType = next & 7;
      if (wireType === VARINT) this.varint(end);
      else if (wireType === FIXED64) this.#fixed(8, end);
      else if (wireType === FIXED32) this.#fixed(4, end);
      else if (wireType === LENGTH) this.position = this.length(end, 'a field');
      else if (wireType === START_GROUP) {
        open.push(next >>> 3);
        if (open.length > MAX_GROUPS) throw wireError(`nested too deeply: over ${MAX_GROUPS} groups`, start);
      } else if (open.pop() !== next >>> 3) throw wireError('the end of a group that was not begun', start);
      if (open.length === 0) return;
      if (this.position >= end) throw wireError('a group without an end', start);
    }
  }

  #fixed(width: 4 | 8, end: number): number {
    const at = this.position;
    if (width > end - at) throw this.#cut(at, end, `a field of ${width} bytes`);
    this.position += width;
    return at;
  }

  #cut(start: number, end: number, what: string) {
    return end === this.#bytes.length
      ? wireError(`truncated: ${what} runs over the end of the file at byte ${end}, and begins`, start)
      : wireError(`${what} runs over the end of its message (a wrong length?)`, start);
  }
}
