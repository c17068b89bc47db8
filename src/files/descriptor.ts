import fs from 'node:fs';

// As promises, but not those of `fs.promises`: loading it, and its own file objects, takes longer than a small write.

/** Reads into `bytes` from `offset` of the file. @returns how many bytes came; 0 at the end of the file */
export function readInto(descriptor: number, bytes: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, bytes, 0, bytes.length, offset, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

/** Writes where the last write ended. @returns how many bytes the system took, perhaps not all */
export function writeOn(descriptor: number, chunks: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(descriptor, chunks, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

/** Waits until the disk has what was written. */
export function sync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => (error ? reject(error) : resolve()));
  });
}
