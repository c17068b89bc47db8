import type { FilesOnDisk } from './placement.js';

/** What is given in memory, in the form in which a place on the disk is looked at. A single file has the path `''`. */
export function filesInMemory(files: ReadonlyMap<string, Uint8Array>): FilesOnDisk {
  return {
    *entries() {
      for (const path of files.keys()) yield { path, kind: 'file' };
    },
    size: (inside) => files.get(inside)?.length,
    read: (inside, offset, length) => files.get(inside)?.subarray(offset, offset + length) ?? new Uint8Array(),
  };
}
