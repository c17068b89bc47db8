import { inflateSync } from 'fflate';
import { InputError } from '../model/index.js';

const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_ENTRIES = 10_000;
/** Deflate cannot pack tighter than about 1,032 to 1. */
const HIGHEST_RATIO = 1_100;

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The members of a zip archive, by name; names are never used as paths. All sizes are judged before anything is unpacked.
 * Stored and deflated members, with or without 64-bit sizes. Source: PKWARE APPNOTE 6.3.10, 4.3 and 4.5.3.
 * @throws InputError for anything damaged, encrypted, doubled, or larger than `maxBytes` together
 */
export function readZip(bytes: Uint8Array, maxBytes: number): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    const entries = directoryOf(bytes, view);
    const total = entries.reduce((sum, entry) => sum + entry.size, 0);
    if (total > maxBytes) {
      throw new InputError({
        what: `limit: the archive unpacks to ${total} bytes, more than ${maxBytes}`,
        todo: 'raise --max-bytes',
      });
    }
    const members = new Map<string, Uint8Array>();
    for (const entry of entries) {
      if (members.has(entry.name)) throw damaged(`${entry.name} stands twice in it`);
      members.set(entry.name, unpack(bytes, view, entry));
    }
    return members;
  } catch (error) {
    // A DataView read past the end: some offset or length in the archive is wrong.
    if (error instanceof RangeError) throw damaged('it is cut off');
    throw error;
  }
}

function directoryOf(bytes: Uint8Array, view: DataView): Entry[] {
  const end = findEnd(view);
  let count = view.getUint16(end + 10, true);
  let offset = view.getUint32(end + 16, true);
  const locator = end - 20;
  if (locator >= 0 && view.getUint32(locator, true) === END_64_LOCATOR) {
    const end64 = number64(view, locator + 8);
    if (view.getUint32(end64, true) !== END_64) throw damaged('its 64-bit directory is missing');
    count = number64(view, end64 + 32);
    offset = number64(view, end64 + 48);
  }
  if (count > MOST_ENTRIES) throw damaged(`it says it has ${count} members`);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    if (view.getUint32(offset, true) !== CENTRAL) throw damaged('its directory is broken');
    const nameLength = view.getUint16(offset + 28, true);
    const extraLength = view.getUint16(offset + 30, true);
    entries.push(entryOf(bytes, view, offset, nameLength, extraLength));
    offset += 46 + nameLength + extraLength + view.getUint16(offset + 32, true);
  }
  return entries;
}

function entryOf(bytes: Uint8Array, view: DataView, at: number, nameLength: number, extraLength: number): Entry {
  const short = [at + 24, at + 20, at + 42].map((position) => view.getUint32(position, true));
  const [size = 0, packed = 0, offset = 0] = widened(view, at + 46 + nameLength, extraLength, short);
  return {
    name: nameAt(bytes, at + 46, nameLength),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    size,
    packed,
    offset,
  };
}

/** Fields that are all ones stand in the 64-bit extra field instead, in this order. */
function widened(view: DataView, at: number, length: number, short: readonly number[]): number[] {
  if (!short.includes(0xffffffff)) return [...short];
  for (let field = at; field < at + length; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let position = field + 4;
    return short.map((value) => {
      if (value !== 0xffffffff) return value;
      position += 8;
      return number64(view, position - 8);
    });
  }
  throw damaged('a 64-bit size is missing');
}

function unpack(bytes: Uint8Array, view: DataView, entry: Entry): Uint8Array {
  const { name, offset, packed, size, method } = entry;
  if (view.getUint32(offset, true) !== LOCAL) throw damaged(`${name} is not where its directory says`);
  const nameLength = view.getUint16(offset + 26, true);
  if (entry.flags & 1) throw damaged(`${name} is encrypted`);
  if (nameAt(bytes, offset + 30, nameLength) !== name || view.getUint16(offset + 8, true) !== method) {
    throw damaged(`${name} has two headers that differ`);
  }
  const start = offset + 30 + nameLength + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length) throw damaged('it is cut off');
  const data = bytes.subarray(start, start + packed);
  const content = method === 0 ? data : method === 8 ? inflate(name, data, size) : undefined;
  if (!content) throw damaged(`${name} is packed by a method other than deflate`);
  if (content.length !== size || crc32(content) !== entry.crc)
    throw damaged(`${name} does not have the content that was packed`);
  return content;
}

function inflate(name: string, data: Uint8Array, size: number): Uint8Array {
  if (size > HIGHEST_RATIO * data.length) throw damaged(`${name} says it unpacks to ${size} bytes, which it cannot`);
  try {
    return inflateSync(data, { out: new Uint8Array(size) });
  } catch {
    throw damaged(`${name} cannot be unpacked`);
  }
}

/** The end record lies before a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw damaged('its directory is missing');
}

function number64(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw damaged('a size in it is out of range');
  return value;
}

function nameAt(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder().decode(bytes.subarray(at, at + length));
}

let crcTable: Uint32Array | undefined;

function crc32(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function damaged(why: string): InputError {
  return new InputError({ what: `not a valid zip archive: ${why}` });
}
