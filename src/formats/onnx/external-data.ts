import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Bytes, InputError } from '../../model/index.js';
import { invalid } from './invalid.js';
import type { Message } from './schema.js';

/**
 * Bytes of a file beside the model. `location` has been checked to be a relative path without `..`; what it opens is the
 * caller's to guard. An undefined `length` means: to the end of the file.
 */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Bytes;

const MAX_LOCATION = 4096;
const KEYS = new Set(['location', 'offset', 'length', 'checksum']);

/** Where the bytes of one tensor lie. */
export interface ExternalRange {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  /** SHA-1 of the whole data file, in hexadecimal, where the model gives it. */
  readonly checksum: string | undefined;
}

/**
 * Reads and checks the `external_data` of a tensor; opens nothing.
 * @param asked bytes that the tensor's shape asks
 * @param ignored called with each key that has no meaning here
 * @throws InputError where an entry stands twice, is malformed, leaves the model's folder, or disagrees with the shape
 */
export function readExternalRange(
  tensor: Message<'TensorProto'>,
  asked: number,
  ignored: (key: string) => void,
): ExternalRange {
  const where = { value: tensor.name ?? '' };
  const entries = new Map<string, string>();
  for (const { key = '', value = '' } of tensor.externalData) {
    if (!KEYS.has(key)) ignored(key);
    else if (entries.has(key)) throw invalid(`external data gives ${key} twice`, where);
    else entries.set(key, value);
  }
  const location = entries.get('location');
  if (location === undefined) throw invalid('external data without a location', where);
  const fault = faultOf(location);
  if (fault) {
    throw new InputError({
      what: `external data location ${JSON.stringify(location.slice(0, 120))} ${fault}`,
      where,
      todo: 'put the data beside the model and save it again',
    });
  }
  const offset = readCount(entries.get('offset'), 'offset', where) ?? 0;
  const length = readCount(entries.get('length'), 'length', where) ?? asked;
  if (length !== asked) {
    throw new InputError({
      what: `external data has ${length} bytes, shape asks ${asked}`,
      where,
      todo: 'export or download the model again',
    });
  }
  if (!Number.isSafeInteger(offset + length)) throw invalid(`external data offset ${offset} is out of range`, where);
  return { location, offset, length, checksum: entries.get('checksum') };
}

/** @throws InputError where the data file is not the one that the model was saved with */
export function checkChecksum({ location, checksum }: ExternalRange, externalData: ExternalData): void {
  if (checksum === undefined) return;
  const found = bytesToHex(sha1(externalData(location, 0, undefined)));
  if (found !== checksum.toLowerCase()) {
    throw new InputError({
      what: `external data ${JSON.stringify(location)} has another checksum than the model says (SHA-1 ${found})`,
      todo: 'download model and data again',
    });
  }
}

/** What is wrong with a location, on every platform alike: a model must not mean another file on another machine. */
function faultOf(location: string): string | undefined {
  if (location.length > MAX_LOCATION) return `has ${location.length} characters, the limit is ${MAX_LOCATION}`;
  if (location.includes('\0')) return 'holds a NUL';
  if (location.includes('ORT_MEM_ADDR')) return 'asks for memory, not for a file: external data must be a file';
  if (/^[a-z]:/i.test(location) || /^[/\\]/.test(location)) return 'is absolute';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location) || /^(file|data|https?|ftp|blob):/i.test(location)) return 'is a URL';
  const segments = location.split(/[/\\]/).map((segment) => segment.replace(/%2e/gi, '.'));
  if (segments.includes('..')) return "leaves the model's folder";
  if (segments.every((segment) => segment === '' || segment === '.')) return 'is not a regular file';
  return undefined;
}

function readCount(text: string | undefined, what: string, where: { value: string }): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) {
    throw invalid(`external data ${what} ${JSON.stringify(text.slice(0, 120))} is no byte count`, where);
  }
  return count;
}
