import { FIELDS, type Field, type Message, type MessageName } from './schema.js';
import { WireWriter } from './wire-writer.js';

/** A message as protobuf: fields in the order of the schema, map entries in theirs, so equal messages are equal bytes. */
export function encodeMessage<N extends MessageName>(name: N, message: Message<N>): Uint8Array {
  const writer = new WireWriter();
  writeFields(writer, name, message);
  return writer.finish();
}

function writeFields(writer: WireWriter, name: string, message: object): void {
  for (const [key, field] of FIELDS.get(name) ?? []) {
    const value: unknown = Reflect.get(message, key);
    if (value === undefined) continue;
    if (field.form === 'map') writeMap(writer, field, value);
    else if (field.form === 'many') writeMany(writer, field, value);
    else writeOne(writer, field, value, field.form === 'member');
  }
}

function writeMap(writer: WireWriter, field: Field, value: unknown): void {
  if (!(value instanceof Map)) throw new TypeError(`field ${field.id} takes a map`);
  for (const [key, item] of value) {
    writer.nested(field.id, () => {
      writer.text(1, key);
      writeOne(writer, { ...field, id: 2 }, item, true);
    });
  }
}

function writeMany(writer: WireWriter, field: Field, value: unknown): void {
  const items = listOf(value);
  if (items.length === 0) return;
  switch (field.type) {
    case 'int':
    case 'bool':
      writer.nested(field.id, () => {
        for (let i = 0; i < items.length; i++) writer.varint(Number(items[i]));
      });
      return;
    case 'float':
      writer.bytes(field.id, littleEndian(Float32Array.from(items, Number)));
      return;
    case 'double':
      writer.bytes(field.id, littleEndian(Float64Array.from(items, Number)));
      return;
    default:
      for (let i = 0; i < items.length; i++) writeOne(writer, field, items[i], true);
  }
}

/** @param always whether a zero or an empty text is written: in oneofs and lists it has a meaning of its own */
function writeOne(writer: WireWriter, field: Field, value: unknown, always: boolean): void {
  if (typeof value === 'number' || typeof value === 'boolean') {
    if (always || Number(value) !== 0) writer.integer(field.id, Number(value));
  } else if (typeof value === 'string') {
    if (always || value !== '') writer.text(field.id, value);
  } else if (value instanceof Uint8Array) {
    if (always || value.length > 0) writer.bytes(field.id, value);
  } else if (typeof value === 'object' && value !== null) {
    writer.nested(field.id, () => writeFields(writer, field.type, value));
  } else {
    throw new TypeError(`field ${field.id} cannot hold a ${typeof value}`);
  }
}

function listOf(value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  if (value instanceof Float32Array || value instanceof Int32Array || value instanceof Uint8Array) return value;
  throw new TypeError('a repeated field takes an array');
}

/** The bytes of a typed array. All machines that run Node or a browser are little-endian, as the format is. */
function littleEndian(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
