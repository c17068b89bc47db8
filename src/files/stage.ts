import fs from 'node:fs';
import path from 'node:path';
import { countBytes, OutputError } from '../model/index.js';
import { readInto, sync, without, writeAll } from './descriptor.js';
import type { Destination } from './destination.js';
import { sha256 } from './sha256.js';
import { asOutputError } from './system-error.js';
import type { TemporaryFolder } from './temporary-folder.js';

/** A file up to this size is read back as a whole, and kept for who opens it next; a larger one in pieces. */
const LARGEST_KEPT = 2 ** 26;
const PIECE = 2 ** 22;

/** Files of an artefact by path inside it, in chunks. A single file has the path `''`, its data files full names. */
export interface ArtefactFiles {
  readonly files: ReadonlyMap<string, readonly Uint8Array[]>;
  /** The file that is renamed last. */
  readonly commits: string;
}

/** A file as it was read back. */
export interface WrittenFile {
  /** Path inside the artefact; `''` for a single file. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** An artefact that was written, but is not in place. */
export interface Staged {
  readonly destination: Destination;
  /** As it was read back: what is opened and judged is what lies on disk. */
  readonly artefact: ArtefactFiles;
  readonly written: readonly WrittenFile[];
  /** Until then a power loss could take the bytes away again. Rejects with an OutputError. */
  readonly onDisk: Promise<unknown>;
}

/** An artefact that was written to a temporary place and read back from there. */
export interface StagedOnDisk extends Staged {
  readonly temporary: TemporaryFolder;
  /** Where each file waits. */
  readonly paths: ReadonlyMap<string, string>;
  /** The folder that holds all of them. */
  readonly root: string;
}

/**
 * Writes an artefact under a temporary name and reads it back from there. The disk may still be at work afterwards.
 * @throws OutputError where a write fails, or the file holds other bytes than were written
 */
export async function stageArtefact(
  artefact: ArtefactFiles,
  destination: Destination,
  temporary: TemporaryFolder,
): Promise<StagedOnDisk> {
  const root = temporary.fresh();
  const paths = new Map<string, string>();
  const readBack = new Map<string, readonly Uint8Array[]>();
  const written: WrittenFile[] = [];
  const files: Promise<void>[] = [];
  try {
    fs.mkdirSync(root);
    for (const [inside, chunks] of artefact.files) {
      const file = path.join(root, inside === '' ? destination.name : inside);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const writing = startWriting(file, chunks);
      // While the system writes.
      const hash = sha256(chunks);
      files.push((await writing).onDisk);
      readBack.set(inside, await readSame(file, chunks, destination.shown));
      paths.set(inside, file);
      written.push({ path: inside, bytes: countBytes(chunks), sha256: hash });
    }
  } catch (error) {
    await Promise.allSettled(files);
    throw failure(error, destination);
  }
  const onDisk = Promise.all(files).catch((error) => {
    throw failure(error, destination);
  });
  return {
    destination,
    artefact: { files: readBack, commits: artefact.commits },
    temporary,
    paths,
    root,
    written,
    onDisk: heardLater(onDisk),
  };
}

function failure(error: unknown, { shown }: Destination): OutputError {
  return error instanceof OutputError ? error : asOutputError(error, shown);
}

/** A promise that somebody will wait for, but not yet: until then its failure is nobody's to hear. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/**
 * Writes a new file that survives a power loss.
 * @throws a system's error (EEXIST where the file is there already), or CountError
 */
export async function writeChunks(file: string, chunks: readonly Uint8Array[]): Promise<void> {
  await (await startWriting(file, chunks)).onDisk;
}

/** Gives the system all bytes of a new file; `wx` never follows a link that somebody planted. */
async function startWriting(file: string, chunks: readonly Uint8Array[]): Promise<{ readonly onDisk: Promise<void> }> {
  const descriptor = fs.openSync(file, 'wx');
  try {
    await writeAll(descriptor, chunks);
  } catch (error) {
    fs.closeSync(descriptor);
    throw error;
  }
  return { onDisk: heardLater(sync(descriptor).finally(() => fs.closeSync(descriptor))) };
}

/**
 * Reads a file back and compares it with what was meant to be in it: a write that the system cuts short shows here, if
 * nowhere else.
 * @returns the bytes that were read, or where they are many those that they are equal to
 */
async function readSame(file: string, chunks: readonly Uint8Array[], shown: string): Promise<readonly Uint8Array[]> {
  const size = countBytes(chunks);
  const isKept = size <= LARGEST_KEPT;
  // One byte more than there should be, so that a file that is longer shows.
  const buffer = Buffer.allocUnsafeSlow((isKept ? size : PIECE) + 1);
  const descriptor = fs.openSync(file, 'r');
  try {
    let rest: readonly Uint8Array[] = chunks;
    for (let offset = 0, count = -1; count !== 0; offset += count) {
      const into = isKept ? buffer.subarray(offset) : buffer;
      count = await readInto(descriptor, into, offset);
      if (!startWith(rest, into.subarray(0, count))) throw differs(shown);
      rest = without(rest, count);
    }
    if (rest.length > 0) throw differs(shown);
  } finally {
    fs.closeSync(descriptor);
  }
  return isKept ? [new Uint8Array(buffer.buffer, 0, size)] : chunks;
}

/** Whether the chunks, one behind the other, begin with these bytes. */
function startWith(chunks: readonly Uint8Array[], bytes: Buffer): boolean {
  let at = 0;
  for (const chunk of chunks) {
    const end = Math.min(at + chunk.length, bytes.length);
    if (bytes.compare(chunk, 0, end - at, at, end) !== 0) return false;
    at = end;
  }
  return at === bytes.length;
}

function differs(shown: string): OutputError {
  return new OutputError({
    what: 'read back with other bytes than were written',
    where: { file: shown },
    todo: 'check the disk',
  });
}

/**
 * Makes renames in a folder survive a power loss, where the system can do that for folders.
 * @throws a system's error where the disk fails
 */
export function syncFolder(folder: string): void {
  let descriptor: number;
  try {
    descriptor = fs.openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EINVAL' && code !== 'EPERM' && code !== 'EISDIR' && code !== 'ENOTSUP') throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}
