import { type Bytes, InputError, type Integer } from '../../../model/index.js';
import { FIXED32, FIXED64, LENGTH, VARINT, WireReader } from './reader.js';
import { type Field, isMessageName, type Message, type MessageName, SCHEMA } from './schema.js';
import { wireError } from './wire-error.js';

/**
 * Why ONNX files are not decoded with onnx-proto: its generated decoder (protobufjs 6) ignores wire types, lets a string
 * run over the end of its message, and makes a JavaScript array of every packed field (200 MB of `float_data` take 11 s
 * and 1.2 GB). One bounded walk that checks and builds at once is shorter than a walk that only checks, reads integers
 * exactly, knows fields newer than that schema, and leaves payloads as views on the file. The reference of the check
 * uses onnx-proto, so that a defect here cannot hide from it.
 */

/** Messages inside one another, as in C++ protobuf; and graphs inside one another, as in ONNX Runtime. */
const MAX_DEPTH = 100;
const MAX_SUBGRAPHS = 32;
/** Objects of any kind per node that is allowed; the largest honest exports stay near 10. */
const MESSAGES_PER_NODE = 20;
/** Limits that go with the nodes allowed do not fall below those of so many: a small model may have one wide node. */
const LEAST_NODES = 200_000;

export interface DecodeLimits {
  readonly maxNodes: number;
}

export interface Decoded {
  readonly model: Message<'ModelProto'>;
  /** Fields that were left out, by `Message.field`, and how often. */
  readonly dropped: ReadonlyMap<string, number>;
}

type Kind = 'message' | 'int32' | 'int64' | 'float' | 'string' | 'bytes' | 'skipped' | 'payload';

interface CompiledField extends Field {
  /** As ONNX's own schema writes it: `NodeProto.op_type`. */
  readonly label: string;
  readonly bit: number;
  readonly kind: Kind;
  readonly message: MessageName | undefined;
  /** Wire type of one element. */
  readonly wireType: number;
}

interface CompiledMessage {
  readonly name: MessageName;
  readonly fields: readonly (CompiledField | undefined)[];
  readonly make: new (start: number, end: number) => Record<string, unknown>;
}

const NOTHING: readonly never[] = Object.freeze([]);
const WIRE_TYPES = new Map<string, number>([
  ['int32', VARINT],
  ['int64', VARINT],
  ['payloadVarint', VARINT],
  ['float', FIXED32],
  ['payload32', FIXED32],
  ['payload64', FIXED64],
]);

function compile(name: MessageName): CompiledMessage {
  const fields: (CompiledField | undefined)[] = [];
  const absent: Record<string, unknown> = {};
  const declared: readonly [string, Field][] = Object.entries(SCHEMA[name]);
  declared.forEach(([number, field], index) => {
    const { type } = field;
    const kind = isMessageName(type) ? 'message' : type.startsWith('payload') ? 'payload' : (type as Kind);
    fields[Number(number)] = {
      ...field,
      label: `${name}.${field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      bit: 1 << index,
      kind,
      message: isMessageName(type) ? type : undefined,
      wireType: WIRE_TYPES.get(type) ?? LENGTH,
    };
    if (kind !== 'skipped') absent[field.name] = field.repeated ? NOTHING : undefined;
  });
  return { name, fields, make: classOf(absent) };
}

/**
 * Messages inherit what the fields are that they do not have: to copy that into each would take most of the time. A class
 * for each kind has room in its objects for the fields that come.
 */
function classOf(absent: Readonly<Record<string, unknown>>): CompiledMessage['make'] {
  class DecodedMessage {
    [field: string]: unknown;

    constructor(
      public start: number,
      public end: number,
    ) {}
  }
  Object.assign(DecodedMessage.prototype, absent);
  return DecodedMessage;
}

let compiled: ReadonlyMap<MessageName, CompiledMessage> | undefined;

/**
 * Decodes an ONNX file. Byte fields are views on `bytes`.
 * @throws InputError (a `WireError` where the bytes are not ONNX's protobuf) naming the byte; or naming a limit
 */
export function decodeModel(bytes: Bytes, limits: DecodeLimits): Decoded {
  const decoder = new Decoder(bytes, limits);
  return {
    model: decoder.message('ModelProto', bytes.length, 0, 0) as Message<'ModelProto'>,
    dropped: decoder.dropped,
  };
}

class Decoder {
  readonly dropped = new Map<string, number>();
  readonly #reader: WireReader;
  readonly #maxNodes: number;
  readonly #nodesForLimits: number;
  readonly #messages: ReadonlyMap<MessageName, CompiledMessage>;
  readonly #skipped = new Map<CompiledField, number>();
  #messageCount = 0;
  #nodeCount = 0;

  constructor(bytes: Bytes, { maxNodes }: DecodeLimits) {
    this.#reader = new WireReader(bytes);
    this.#maxNodes = maxNodes;
    this.#nodesForLimits = Math.max(maxNodes, LEAST_NODES);
    compiled ??= new Map((Object.keys(SCHEMA) as MessageName[]).map((name) => [name, compile(name)]));
    this.#messages = compiled;
  }

  /** Recursion is as deep as the file nests, and that is bounded. */
  message(name: MessageName, end: number, depth: number, subgraphs: number): Record<string, unknown> {
    const reader = this.#reader;
    const start = reader.position;
    if (depth > MAX_DEPTH) throw wireError(`nested too deeply: over ${MAX_DEPTH} messages inside one another`, start);
    if (name === 'GraphProto' && subgraphs > MAX_SUBGRAPHS) {
      throw wireError(`nested too deeply: over ${MAX_SUBGRAPHS} graphs inside one another`, start);
    }
    this.#count(name);
    const type = this.#messages.get(name);
    if (!type) throw new Error(`no message ${name}`);
    const message = new type.make(start, end);
    let seen = 0;
    while (reader.position < end) {
      const at = reader.position;
      const tag = reader.tag(end);
      const field = type.fields[tag >>> 3];
      if (!field) {
        this.#drop(`${name}.${tag >>> 3}`);
        reader.skip(tag, end);
        continue;
      }
      if (!field.repeated) {
        if (seen & field.bit) throw wireError(`${field.label} stands twice, the second`, at);
        seen |= field.bit;
        for (const other of field.excludes) message[other] = undefined;
      }
      const isPacked = (tag & 7) === LENGTH && field.wireType !== LENGTH && field.repeated;
      if ((tag & 7) !== field.wireType && !isPacked) {
        throw wireError(`${field.label} has wire type ${tag & 7}, not ${field.wireType},`, at);
      }
      if (field.kind === 'skipped') this.#skip(field, tag, end);
      else if (field.kind === 'payload')
        this.#bound(field, push(message, field, this.#payload(field, tag, end, isPacked)));
      else if (isPacked) this.#packed(message, field, end);
      else {
        const value = this.#value(field, end, depth, field.message === 'GraphProto' ? subgraphs + 1 : subgraphs);
        if (field.repeated) this.#bound(field, push(message, field, value));
        else message[field.name] = value;
      }
    }
    return message;
  }

  #value(field: CompiledField, end: number, depth: number, subgraphs: number): unknown {
    const reader = this.#reader;
    if (field.kind === 'int64' || field.kind === 'int32') return this.#integer(field, end);
    if (field.kind === 'float') return reader.float(end);
    const at = reader.position;
    const stop = reader.length(end, field.label);
    if (field.message) return this.message(field.message, stop, depth + 1, subgraphs);
    if (field.kind === 'string') {
      if (stop - reader.position > field.maxBytes) {
        throw wireError(`${field.label} has ${stop - reader.position} bytes, the limit is ${field.maxBytes},`, at);
      }
      return reader.text(stop);
    }
    const view = reader.bytes.subarray(reader.position, stop);
    reader.position = stop;
    return view;
  }

  /** A number where that is exact, else a bigint. */
  #integer(field: CompiledField, end: number): Integer {
    const at = this.#reader.position;
    this.#reader.varint(end);
    const { low, high } = this.#reader;
    const value = (high | 0) * 2 ** 32 + low;
    if (field.kind === 'int32' && value !== (value | 0)) {
      const called = field.name === 'dataType' || field.name === 'elemType' ? 'data type' : field.label;
      throw wireError(`${called} ${value} is out of range`, at);
    }
    if (Number.isSafeInteger(value)) return value;
    return (BigInt(high | 0) << 32n) | BigInt(low);
  }

  #packed(message: Record<string, unknown>, field: CompiledField, end: number): void {
    const at = this.#reader.position;
    const stop = this.#reader.length(end, field.label);
    if (field.kind === 'float') checkMultiple(field, stop - this.#reader.position, 4, at);
    while (this.#reader.position < stop) {
      const value = field.kind === 'float' ? this.#reader.float(stop) : this.#integer(field, stop);
      this.#bound(field, push(message, field, value));
    }
  }

  /** One packed run, or all unpacked elements that follow one another, as the bytes of a packed run. */
  #payload(field: CompiledField, tag: number, end: number, isPacked: boolean): Bytes {
    const reader = this.#reader;
    const width = field.wireType === FIXED32 ? 4 : field.wireType === FIXED64 ? 8 : 1;
    if (isPacked) {
      const at = reader.position;
      const stop = reader.length(end, field.label);
      const run = reader.bytes.subarray(reader.position, stop);
      checkMultiple(field, run.length, width, at);
      if (width === 1 && run.length > 0 && (run[run.length - 1] ?? 0) > 0x7f) {
        throw wireError(`${field.label} ends inside a varint`, at);
      }
      reader.position = stop;
      return run;
    }
    const ranges: [number, number][] = [];
    let total = 0;
    for (;;) {
      const from = reader.position;
      reader.skip(tag, end);
      total += reader.position - from;
      this.#bound(field, ranges.push([from, reader.position]));
      const next = reader.position;
      if (next >= end) break;
      if (reader.tag(end) !== tag) {
        reader.position = next;
        break;
      }
    }
    const run = new Uint8Array(total);
    let written = 0;
    for (const [from, to] of ranges) {
      run.set(reader.bytes.subarray(from, to), written);
      written += to - from;
    }
    return run;
  }

  #skip(field: CompiledField, tag: number, end: number): void {
    this.#reader.skip(tag, end);
    const count = (this.#skipped.get(field) ?? 0) + 1;
    this.#skipped.set(field, count);
    this.#bound(field, count);
    if (field.noted) this.#drop(field.label);
  }

  #drop(label: string): void {
    const count = this.dropped.get(label) ?? 0;
    if (count > 0 || this.dropped.size < 100) this.dropped.set(label, count + 1);
  }

  #limit(field: CompiledField): number {
    return field.share * this.#nodesForLimits;
  }

  #bound(field: CompiledField, count: number): void {
    if (field.maxRank !== undefined) {
      if (count > field.maxRank) throw overLimit(`${field.label}: rank over ${field.maxRank}, the limit`);
    } else if (count > this.#limit(field)) {
      throw overLimit(`more than ${this.#limit(field)} of ${field.label}, the limit`, '--max-nodes');
    }
  }

  #count(name: MessageName): void {
    if (name === 'NodeProto' && ++this.#nodeCount > this.#maxNodes) {
      throw overLimit(`more than ${this.#maxNodes} nodes, the limit`, '--max-nodes');
    }
    const most = MESSAGES_PER_NODE * this.#nodesForLimits;
    if (++this.#messageCount > most) throw overLimit(`more than ${most} messages, the limit`, '--max-nodes');
  }
}

function push(message: Record<string, unknown>, field: CompiledField, value: unknown): number {
  const list = message[field.name];
  if (Array.isArray(list) && list.length > 0) return list.push(value);
  message[field.name] = [value];
  return 1;
}

function checkMultiple(field: CompiledField, length: number, width: number, at: number): void {
  if (length % width !== 0) throw wireError(`${field.label} has ${length} bytes, not a multiple of ${width},`, at);
}

function overLimit(what: string, flag?: string): InputError {
  return new InputError({ what: `has ${what}`, ...(flag && { todo: `raise ${flag} if the file is honest` }) });
}
