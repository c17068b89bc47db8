import { type Bytes, InputError, type Integer } from '../model/index.js';
import type { FieldType, MessageType } from './message-type.js';
import { wireError } from './wire-error.js';
import { FIXED32, FIXED64, LENGTH, VARINT, WireReader } from './wire-reader.js';

/**
 * Why this is not protobufjs, which decodes in onnx-proto: it ignores wire types, lets a string run over the end of its
 * message, and makes a JavaScript array of every packed field (200 MB of `float_data` take 11 s and 1.2 GB). One bounded
 * walk that checks and builds at once is shorter than a walk that only checks, reads integers exactly, knows fields newer
 * than that schema, and leaves payloads as views on the file. The reference of the check uses onnx-proto, so that a defect
 * here cannot hide from it.
 */

/** Messages inside one another, as in C++ protobuf. Graphs of ONNX end at 32 by that, as in ONNX Runtime. */
const MAX_DEPTH = 100;
/** Messages of a file, in shares of the scale: the largest honest ONNX exports stay near 10 for each node. */
const MESSAGES = 20;

/** What a file may hold, and what becomes of what the schema does not know. */
export interface DecodeOptions {
  /** What limits are shares of; see `Field.share`. Default 200,000. */
  readonly scale?: number;
  /** What to do about an honest file that is over a limit. */
  readonly todo?: string;
  /** Counts fields that are left out, by `Message.field`. Without it the file must be understood whole: an unknown field is an error. */
  readonly dropped?: Map<string, number>;
}

type Decoded = Record<string, unknown>;

/** Walks the bytes of one file by a schema: every length, wire type, nesting and count is checked before anything is made of it. */
export class Decoder {
  readonly #reader: WireReader;
  readonly #scale: number;
  readonly #options: DecodeOptions;
  readonly #skipped = new Map<FieldType, number>();
  #messages = 0;

  constructor(bytes: Bytes, options: DecodeOptions) {
    this.#reader = new WireReader(bytes);
    this.#scale = options.scale ?? 200_000;
    this.#options = options;
  }

  /** Recursion is as deep as the file nests, and that is bounded. */
  message(type: MessageType, end: number, depth = 0): Decoded {
    const reader = this.#reader;
    const start = reader.position;
    if (depth > MAX_DEPTH) throw wireError(`nested too deeply: messages nest deeper than ${MAX_DEPTH}`, start);
    if (++this.#messages > MESSAGES * this.#scale) throw this.#overLimit(MESSAGES * this.#scale, 'messages');
    const message = new type.make(start, end);
    let seen = 0;
    let member: FieldType | undefined;
    while (reader.position < end) {
      const at = reader.position;
      const tag = reader.tag(end);
      const field = type.byId[tag >>> 3];
      if (!field) {
        if (!this.#options.dropped) throw wireError(`${type.name} has no field ${tag >>> 3},`, at);
        this.#drop(`${type.name}.${tag >>> 3}`);
        reader.skip(tag, end);
        continue;
      }
      if (seen & field.bit) throw wireError(`${field.label} stands twice, the second`, at);
      seen |= field.bit;
      if (field.form === 'oneof') {
        if (member) this.#forget(message, member, field, at);
        member = field;
      }
      if (field.form === 'skipped') this.#skip(field, tag, end);
      else if ((tag & 7) === field.wireType) this.#element(message, field, end, depth);
      else if ((tag & 7) === LENGTH && field.form === 'repeated') this.#packed(message, field, end);
      else throw wireError(`${field.label} has wire type ${tag & 7}, not ${field.wireType},`, at);
    }
    return message;
  }

  #element(message: Decoded, field: FieldType, end: number, depth: number): void {
    if (field.form === 'repeated') this.#push(message, field, this.#value(field, end, depth));
    else if (field.form === 'map' && field.message) this.#entry(message, field, field.message, end, depth);
    else message[field.name] = this.#value(field, end, depth);
  }

  #value(field: FieldType, end: number, depth: number): unknown {
    const reader = this.#reader;
    const at = reader.position;
    if (field.isPayload) return reader.value(field.wireType, end);
    if (field.wireType === FIXED32) return reader.float(end);
    if (field.wireType === FIXED64) return reader.double(end);
    if (field.wireType === VARINT) return this.#integer(field, end);
    const stop = reader.length(end, field.label);
    if (field.message) return this.message(field.message, stop, depth + 1);
    if (field.type === 'bytes') return reader.bytes(stop);
    const { maxBytes } = field;
    if (stop - reader.position > maxBytes) {
      throw wireError(`${field.label} has ${stop - reader.position} bytes, the limit is ${maxBytes},`, at);
    }
    return reader.text(stop);
  }

  #integer(field: FieldType, end: number): Integer | boolean {
    const at = this.#reader.position;
    this.#reader.varint(end);
    const { low, high } = this.#reader;
    if (field.type === 'bool') return (low | high) !== 0;
    const value = (high | 0) * 2 ** 32 + low;
    if (Number.isSafeInteger(value)) return value;
    const exact = (BigInt(high | 0) << 32n) | BigInt(low);
    if (field.type === 'int') throw wireError(`${field.label} ${exact} is out of range`, at);
    return exact;
  }

  #packed(message: Decoded, field: FieldType, end: number): void {
    const reader = this.#reader;
    const at = reader.position;
    const stop = reader.length(end, field.label);
    const length = stop - reader.position;
    const width = field.wireType === FIXED32 ? 4 : field.wireType === FIXED64 ? 8 : 1;
    if (length % width !== 0) throw wireError(`${field.label} has ${length} bytes, not a multiple of ${width},`, at);
    if (field.isPayload) {
      const run = reader.bytes(stop);
      if (width === 1 && (run.at(-1) ?? 0) > 0x7f) throw wireError(`${field.label} ends inside a varint`, at);
      this.#push(message, field, run);
      return;
    }
    while (reader.position < stop) {
      this.#push(message, field, width === 4 ? reader.float(stop) : this.#integer(field, stop));
    }
  }

  #entry(message: Decoded, field: FieldType, type: MessageType, end: number, depth: number): void {
    const at = this.#reader.position;
    const stop = this.#reader.length(end, field.label);
    const { key = '', value } = this.message(type, stop, depth + 1);
    const before = message[field.name];
    const map: Map<unknown, unknown> = before instanceof Map && before.size > 0 ? before : new Map();
    if (map.has(key)) throw wireError(`${field.label} has the key ${JSON.stringify(key)} twice, the second`, at);
    const valueType = type.byId[2]?.message;
    message[field.name] = map.set(key, value ?? (valueType ? new valueType.make(stop, stop) : ''));
  }

  /** Of two members of a oneof the last counts, as the standard has it; but a file that must be understood whole has one. */
  #forget(message: Decoded, before: FieldType, field: FieldType, at: number): void {
    if (!this.#options.dropped) {
      throw wireError(`${field.label} after ${before.label}: two of a field of which one is allowed, the second`, at);
    }
    message[before.name] = undefined;
  }

  #push(message: Decoded, field: FieldType, value: unknown): void {
    const list = message[field.name];
    let length = 1;
    if (Array.isArray(list) && list.length > 0) length = list.push(value);
    else message[field.name] = [value];
    this.#bound(field, length);
  }

  #skip(field: FieldType, tag: number, end: number): void {
    this.#reader.skip(tag, end);
    const count = (this.#skipped.get(field) ?? 0) + 1;
    this.#skipped.set(field, count);
    this.#bound(field, count);
    if (field.noted) this.#drop(field.label);
  }

  #drop(label: string): void {
    const { dropped = new Map<string, number>() } = this.#options;
    const count = dropped.get(label) ?? 0;
    if (count > 0 || dropped.size < 100) dropped.set(label, count + 1);
  }

  #bound(field: FieldType, count: number): void {
    if (count > field.maxRank) {
      throw new InputError({ what: `has ${field.label}: rank over ${field.maxRank}, the limit` });
    }
    const most = field.share * this.#scale;
    if (count > most) throw this.#overLimit(most, `of ${field.label}`);
  }

  #overLimit(most: number, what: string): InputError {
    const { todo } = this.#options;
    return new InputError({ what: `has more than ${most} ${what}, the limit`, ...(todo && { todo }) });
  }
}
