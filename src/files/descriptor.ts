import fs from 'node:fs';
import { countBytes } from '../model/index.js';
import { CountError } from './system-error.js';

// As promises, but not those of `fs.promises`: loading it, and its own file objects, takes longer than a small write.

/** Most bytes in one call: Node gives counts back in 32 bits, so that from 2^31 on they are negative. */
const LARGEST_TRANSFER = 2 ** 30;

/** Systems take at least this many chunks in one call. */
const CHUNKS_AT_ONCE = 1024;

/**
 * Reads into `bytes`, or the first GiB of it, from `offset` of the file.
 * @returns how many bytes came; 0 at the end of the file
 * @throws a system's error, or CountError
 */
export function readInto(descriptor: number, bytes: Uint8Array, offset: number): Promise<number> {
  const wanted = Math.min(bytes.length, LARGEST_TRANSFER);
  return new Promise((resolve, reject) => {
    fs.read(descriptor, bytes, 0, wanted, offset, (error, count) => {
      if (error) reject(error);
      else if (isBetween(0, count, wanted)) resolve(count);
      else reject(new CountError('read', count, wanted));
    });
  });
}

/** The same for who has to wait. @throws a system's error, or CountError */
export function readIntoSync(descriptor: number, bytes: Uint8Array, offset: number): number {
  const wanted = Math.min(bytes.length, LARGEST_TRANSFER);
  const count = fs.readSync(descriptor, bytes, 0, wanted, offset);
  if (!isBetween(0, count, wanted)) throw new CountError('read', count, wanted);
  return count;
}

/**
 * Writes all chunks where the last write ended. A count that cannot be ends it: whoever went on from there would write
 * the wrong bytes, perhaps without an end.
 * @throws a system's error, or CountError
 */
export async function writeAll(descriptor: number, chunks: readonly Uint8Array[]): Promise<void> {
  for (const batch of batchesOf(chunks)) {
    for (let rest = batch; rest.length > 0; ) rest = without(rest, await writeSome(descriptor, rest));
  }
}

/** @returns how many bytes the system took, at least one and perhaps not all */
function writeSome(descriptor: number, chunks: readonly Uint8Array[]): Promise<number> {
  const given = countBytes(chunks);
  return new Promise((resolve, reject) => {
    fs.writev(descriptor, chunks, (error, count) => {
      if (error) reject(error);
      else if (isBetween(1, count, given)) resolve(count);
      else reject(new CountError('write', count, given));
    });
  });
}

/** The chunks in groups that one call can take, none of them empty. */
function* batchesOf(chunks: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let room = LARGEST_TRANSFER;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + room);
      batch.push(piece);
      at += piece.length;
      room -= piece.length;
      if (room > 0 && batch.length < CHUNKS_AT_ONCE) continue;
      yield batch;
      batch = [];
      room = LARGEST_TRANSFER;
    }
  }
  if (batch.length > 0) yield batch;
}

/** What remains of the chunks behind their first `count` bytes. */
export function without(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let before = count;
  return chunks.flatMap((chunk) => {
    const rest = chunk.subarray(Math.min(before, chunk.length));
    before -= chunk.length - rest.length;
    return rest.length > 0 ? [rest] : [];
  });
}

function isBetween(least: number, count: number, most: number): boolean {
  return Number.isInteger(count) && count >= least && count <= most;
}

/** Waits until the disk has what was written. */
export function sync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => (error ? reject(error) : resolve()));
  });
}
