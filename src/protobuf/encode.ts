import type { Bytes, Integer } from '../model/index.js';
import type { FieldType, MessageType } from './message-type.js';
import { FIXED32, FIXED64, LENGTH } from './wire-reader.js';

/** Byte fields of at least this size become chunks of their own, so that weights are never copied. */
const CHUNK = 4096;

const scratch = new DataView(new ArrayBuffer(8));
const encoder = new TextEncoder();
const NOT_ASCII = /[\u0080-\uffff]/;

/** A message in chunks that follow one another. */
export function encode(type: MessageType, message: object): Bytes[] {
  const output = new Output();
  writeMessage(output, type, message);
  return output.chunks();
}

/** Writes back to front: a message's length is known when its last byte has been written, so nothing is measured first. */
function writeMessage(output: Output, type: MessageType, message: object): void {
  const { fields } = type;
  for (let i = fields.length - 1; i >= 0; i--) {
    const field = fields[i];
    const value: unknown = field && Reflect.get(message, field.name);
    if (!field || value === undefined) continue;
    if (field.form === 'repeated') writeList(output, field, listOf(value, field));
    else if (field.form === 'map') {
      for (const [key, item] of mapOf(value, field).reverse()) writeElement(output, field, { key, value: item });
    } else if (field.form !== 'singular' || !isNothing(value)) writeElement(output, field, value);
  }
}

function isNothing(value: unknown): boolean {
  return value === 0 || value === false || value === '' || (value instanceof Uint8Array && value.length === 0);
}

function writeList(output: Output, field: FieldType, list: ArrayLike<unknown>): void {
  if (list.length === 0) return;
  const end = output.length;
  for (let i = list.length - 1; i >= 0; i--) {
    if (field.wireType === LENGTH) writeElement(output, field, list[i]);
    else writeNumber(output, field, list[i]);
  }
  if (field.wireType !== LENGTH) output.prefix(field.id, end);
}

function writeElement(output: Output, field: FieldType, value: unknown): void {
  if (field.wireType !== LENGTH) {
    writeNumber(output, field, value);
    output.varint(field.id * 8 + field.wireType);
    return;
  }
  const end = output.length;
  if (typeof value === 'string') output.text(value);
  else if (value instanceof Uint8Array) output.bytes(value);
  else if (field.message && typeof value === 'object' && value) writeMessage(output, field.message, value);
  else throw new TypeError(`${field.label} cannot be encoded`);
  output.prefix(field.id, end);
}

function writeNumber(output: Output, field: FieldType, value: unknown): void {
  if (typeof value === 'boolean') output.varint(Number(value));
  else if (typeof value === 'bigint') output.integer(value);
  else if (typeof value !== 'number') throw new TypeError(`${field.label} is no number`);
  else if (field.wireType === FIXED32) output.float(value);
  else if (field.wireType === FIXED64) output.double(value);
  else if (Number.isSafeInteger(value)) output.integer(value);
  else throw new RangeError(`${field.label} cannot be ${value}`);
}

function listOf(value: unknown, field: FieldType): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  if (value instanceof Float32Array || value instanceof Int32Array || value instanceof Uint8Array) return value;
  throw new TypeError(`${field.label} takes a list`);
}

function mapOf(value: unknown, field: FieldType): [unknown, unknown][] {
  if (value instanceof Map) return [...value];
  throw new TypeError(`${field.label} takes a map`);
}

/** Bytes that grow towards the front. */
class Output {
  length = 0;
  readonly #reversed: Bytes[] = [];
  #block = new Uint8Array(16384);
  #free = this.#block.length;

  bytes(bytes: Bytes): void {
    if (bytes.length >= CHUNK) {
      this.#flush();
      this.#reversed.push(bytes);
      this.length += bytes.length;
      return;
    }
    const at = this.#take(bytes.length);
    this.#block.set(bytes, at);
  }

  text(text: string): void {
    // Names are short, many and mostly ASCII: the encoder costs more than its work.
    if (text.length >= CHUNK || NOT_ASCII.test(text)) {
      this.bytes(encoder.encode(text));
      return;
    }
    let at = this.#take(text.length);
    for (let i = 0; i < text.length; i++) this.#block[at++] = text.charCodeAt(i);
  }

  /** The tag of a field of bytes and their length, before what was written since there were `end` bytes. */
  prefix(id: number, end: number): void {
    this.varint(this.length - end);
    this.varint(id * 8 + LENGTH);
  }

  /** A whole number below 2^53, not negative. */
  varint(value: number): void {
    let width = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) width++;
    let at = this.#take(width);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#block[at++] = (rest % 128) | 128;
    this.#block[at] = rest;
  }

  integer(value: Integer): void {
    if (typeof value === 'number' && value >= 0) {
      this.varint(value);
      return;
    }
    // Negative numbers take ten bytes: 64 bits of two's complement, seven at a time.
    const groups: number[] = [];
    for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
      groups.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
      if (rest <= 127n) break;
    }
    this.bytes(Uint8Array.from(groups));
  }

  float(value: number): void {
    scratch.setFloat32(0, value, true);
    this.bytes(new Uint8Array(scratch.buffer, 0, 4));
  }

  double(value: number): void {
    scratch.setFloat64(0, value, true);
    this.bytes(new Uint8Array(scratch.buffer, 0, 8));
  }

  chunks(): Bytes[] {
    this.#flush();
    return this.#reversed.reverse();
  }

  /** Room for so many more bytes in front: where it begins in the block. */
  #take(count: number): number {
    if (this.#free < count) {
      this.#flush();
      this.#block = new Uint8Array(Math.max(16384, count));
      this.#free = this.#block.length;
    }
    this.#free -= count;
    this.length += count;
    return this.#free;
  }

  #flush(): void {
    if (this.#free < this.#block.length) this.#reversed.push(this.#block.subarray(this.#free));
    this.#block = this.#block.subarray(0, this.#free);
  }
}
