import { FIELDS, type Field, type Message, type MessageName } from './schema.js';
import { WIRE, WireReader } from './wire-reader.js';

/** Types and blocks nest without end in the schema; what this tool and coremltools write stays under 20. */
const DEEPEST = 64;

const FIELDS_BY_ID: ReadonlyMap<string, ReadonlyMap<number, [key: string, field: Field]>> = new Map(
  Array.from(FIELDS, ([name, fields]) => [
    name,
    new Map(Array.from(fields, ([key, field]) => [field.id, [key, field] as [string, Field]] as const)),
  ]),
);

/**
 * A message of the schema from protobuf.
 * @throws InputError where a field is unknown, stands twice though it is single, has another wire type than its own, or
 *   runs over the message around it: what cannot be understood whole is not understood
 */
export function decodeMessage<N extends MessageName>(name: N, bytes: Uint8Array): Message<N> {
  // The walk below fills exactly the fields of SCHEMA[name] with values of their types, which is what Message<N> says.
  return decodeFields(name, new WireReader(bytes), 0) as Message<N>;
}

function decodeFields(name: string, reader: WireReader, depth: number): object {
  if (depth > DEEPEST) throw reader.invalid(`messages nest deeper than ${DEEPEST}`);
  const known = FIELDS_BY_ID.get(name);
  // Keyed by names of the schema, never by what a file says.
  const message: Record<string, unknown> = {};
  let groups: Set<string> | undefined;
  while (!reader.isAtEnd) {
    const { id, wire } = reader.tag();
    const found = known?.get(id);
    if (!found) throw reader.invalid(`${name} has no field ${id}`);
    const [key, field] = found;
    const before = message[key];
    if (field.form === 'map') {
      const map = before instanceof Map ? before : new Map<string, unknown>();
      const [entry, item] = decodeEntry(field, delimited(reader, wire), depth + 1);
      if (map.has(entry)) throw reader.invalid(`${name}.${key} has the key ${entry} twice`);
      message[key] = map.set(entry, item);
    } else if (field.form === 'many') {
      const list = Array.isArray(before) ? before : [];
      decodeInto(list, field, reader, wire, depth);
      message[key] = list;
    } else {
      if (before !== undefined) throw reader.invalid(`${name}.${key} stands twice`);
      if (field.form === 'member') {
        if (groups?.has(field.group)) throw reader.invalid(`${name} has two of a field of which one is allowed`);
        groups = (groups ?? new Set()).add(field.group);
      }
      message[key] = decodeOne(field, reader, wire, depth);
    }
  }
  return message;
}

function decodeEntry(field: Field, reader: WireReader, depth: number): [string, unknown] {
  let key = '';
  let value: unknown;
  while (!reader.isAtEnd) {
    const { id, wire } = reader.tag();
    if (id === 1) key = delimited(reader, wire).text();
    else if (id === 2) value = decodeOne(field, reader, wire, depth);
    else throw reader.invalid(`a map entry has no field ${id}`);
  }
  if (value === undefined) value = field.type === 'string' ? '' : {};
  return [key, value];
}

function decodeOne(field: Field, reader: WireReader, wire: number, depth: number): unknown {
  switch (field.type) {
    case 'int':
    case 'bool': {
      if (wire !== WIRE.varint) throw reader.invalid(`field ${field.id} has wire type ${wire}`);
      const value = reader.varint();
      return field.type === 'bool' ? value !== 0 : value;
    }
    case 'string':
      return delimited(reader, wire).text();
    case 'bytes':
      return delimited(reader, wire).rest();
    default:
      return decodeFields(field.type, delimited(reader, wire), depth + 1);
  }
}

/** One element of a repeated field, or all of a packed one. */
function decodeInto(list: unknown[], field: Field, reader: WireReader, wire: number, depth: number): void {
  if (field.type === 'float' || field.type === 'double') {
    const bytes = delimited(reader, wire).rest();
    const width = field.type === 'float' ? 4 : 8;
    if (bytes.length % width) throw reader.invalid('packed numbers end in the middle of one');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += width) {
      list.push(width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
    }
  } else if ((field.type === 'int' || field.type === 'bool') && wire === WIRE.delimited) {
    const packed = reader.delimited();
    while (!packed.isAtEnd) list.push(field.type === 'int' ? packed.varint() : packed.varint() !== 0);
  } else {
    list.push(decodeOne(field, reader, wire, depth));
  }
}

function delimited(reader: WireReader, wire: number): WireReader {
  if (wire !== WIRE.delimited) throw reader.invalid(`wire type ${wire} where bytes are due`);
  return reader.delimited();
}
