import type { Bytes, Integer } from '../../../model/index.js';
import { type Field, isMessageName, type MessageName, type MessageParts, SCHEMA } from './schema.js';

/** Byte fields of at least this size become chunks of their own, so that weights are never copied. */
const CHUNK = 4096;

interface EncodedField extends Field {
  readonly number: number;
  readonly message: MessageName | undefined;
}

const scratch = new DataView(new ArrayBuffer(8));
const encoder = new TextEncoder();
const fieldLists = new Map<MessageName, readonly EncodedField[]>();

function fieldsOf(name: MessageName): readonly EncodedField[] {
  let fields = fieldLists.get(name);
  if (!fields) {
    const declared: readonly [string, Field][] = Object.entries(SCHEMA[name]);
    fields = declared.map(([number, field]) => ({
      ...field,
      number: Number(number),
      message: isMessageName(field.type) ? field.type : undefined,
    }));
    fieldLists.set(name, fields);
  }
  return fields;
}

/**
 * Encodes a message: fields in order of their numbers, lists of numbers packed, absent fields left out, so that the same
 * message always gives the same bytes.
 * @returns chunks to be written one after the other; large byte fields are the very arrays that were given
 */
export function encodeMessage<M extends MessageName>(name: M, message: MessageParts<M>): Bytes[] {
  const output = new Output();
  write(output, name, message);
  return output.chunks();
}

/**
 * Writes back to front: a message's length is known when its last byte has been written, so nothing is measured first.
 */
function write(output: Output, name: MessageName, message: object): void {
  const fields = fieldsOf(name);
  for (let i = fields.length - 1; i >= 0; i--) {
    const field = fields[i];
    const value: unknown = field && Reflect.get(message, field.name);
    if (!field || value === undefined) continue;
    if (!field.repeated) writeElement(output, field, value);
    else if (Array.isArray(value)) writeList(output, field, value);
  }
}

function writeList(output: Output, field: EncodedField, list: readonly unknown[]): void {
  if (list.length === 0) return;
  const isNumeric = field.type === 'int64' || field.type === 'float';
  if (!isNumeric) {
    for (let i = list.length - 1; i >= 0; i--) writeElement(output, field, list[i]);
    return;
  }
  const end = output.length;
  for (let i = list.length - 1; i >= 0; i--) writeNumber(output, field.type, list[i]);
  output.varint(output.length - end);
  output.varint(field.number * 8 + 2);
}

function writeElement(output: Output, field: EncodedField, value: unknown): void {
  if (field.type === 'int64' || field.type === 'int32' || field.type === 'float') {
    writeNumber(output, field.type, value);
    output.varint(field.number * 8 + (field.type === 'float' ? 5 : 0));
    return;
  }
  const end = output.length;
  if (typeof value === 'string') output.bytes(encoder.encode(value));
  else if (value instanceof Uint8Array) output.bytes(value);
  else if (field.message && typeof value === 'object' && value) write(output, field.message, value);
  else throw new TypeError(`${field.name} cannot be encoded`);
  output.varint(output.length - end);
  output.varint(field.number * 8 + 2);
}

function writeNumber(output: Output, type: string, value: unknown): void {
  if (type === 'float' && typeof value === 'number') output.float(value);
  else if (typeof value === 'number' || typeof value === 'bigint') output.integer(value);
  else throw new TypeError(`${String(value)} is no number`);
}

/** Bytes that grow towards the front. */
class Output {
  length = 0;
  readonly #reversed: Bytes[] = [];
  #block = new Uint8Array(16384);
  #free = this.#block.length;

  bytes(bytes: Bytes): void {
    this.length += bytes.length;
    if (bytes.length >= CHUNK) {
      this.#flush();
      this.#reversed.push(bytes);
      return;
    }
    this.#reserve(bytes.length);
    this.#free -= bytes.length;
    this.#block.set(bytes, this.#free);
  }

  /** A whole number below 2^53, not negative. */
  varint(value: number): void {
    this.#reserve(10);
    let width = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) width++;
    this.#free -= width;
    this.length += width;
    let at = this.#free;
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

  chunks(): Bytes[] {
    this.#flush();
    return this.#reversed.reverse();
  }

  #reserve(count: number): void {
    if (this.#free >= count) return;
    this.#flush();
    this.#block = new Uint8Array(Math.max(16384, count));
    this.#free = this.#block.length;
  }

  #flush(): void {
    if (this.#free < this.#block.length) this.#reversed.push(this.#block.subarray(this.#free));
    this.#block = this.#block.subarray(0, this.#free);
  }
}
