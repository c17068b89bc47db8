import { InputError } from '../model/index.js';
import type { Identity } from './identity.js';
import { nodeCrypto } from './node-crypto.js';
import type { SizeLimit } from './placement.js';
import { RegularFile } from './regular-file.js';

/** Enough of a file to tell its kind. */
const HEAD = 512;

/** A file that was read whole. */
export interface ReadFile {
  /** As the user gave it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly identity: Identity;
}

/** A file that was read whole, with the hash of what was read. */
export interface HashedFile extends ReadFile {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a file that the user named.
 * @throws InputError where it is missing, no regular file, over the limit, or changes meanwhile
 */
export function readFile(path: string, limit: SizeLimit): ReadFile {
  const file = openNamed(path, limit);
  try {
    return { path, bytes: file.readWhole(), identity: file.identity };
  } finally {
    file.close();
  }
}

/** The same with its SHA-256, made of what has come while the system reads on. @throws InputError as `readFile` does */
export async function readHashed(path: string, limit: SizeLimit): Promise<HashedFile> {
  const hash = nodeCrypto().createHash('sha256');
  const file = await readMeanwhile(path, limit, (piece) => hash.update(piece));
  return { ...file, sha256: hash.digest('hex') };
}

/**
 * The same while this process does something else.
 * @param visit gets each piece while the system already reads the next; without it there is nothing to do until all came
 * @throws InputError as `readFile` does
 */
export async function readMeanwhile(
  path: string,
  limit: SizeLimit,
  visit?: (piece: Uint8Array) => void,
): Promise<ReadFile> {
  const file = openNamed(path, limit);
  try {
    return { path, bytes: await file.readWholeMeanwhile(visit), identity: file.identity };
  } finally {
    file.close();
  }
}

function openNamed(path: string, limit: SizeLimit): RegularFile {
  if (path === '-') {
    throw new InputError({
      what: 'not a regular file: standard input is not read',
      where: { file: path },
      todo: 'save the model to a file first',
    });
  }
  if (path.includes('\0')) throw new InputError({ what: 'not found: the path holds a NUL', where: { file: path } });
  const file = RegularFile.open(path, path, { followLinks: true });
  try {
    if (file.size > limit.bytes) throw refusalOf(file, path, limit);
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}

function refusalOf(file: RegularFile, path: string, limit: SizeLimit): InputError {
  const { what, todo } = limit.instead?.(file.read(0, Math.min(HEAD, file.size))) ?? limit;
  return new InputError({ what, todo, where: { file: path } });
}
