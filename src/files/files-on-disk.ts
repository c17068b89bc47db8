import fs from 'node:fs';
import path from 'node:path';
import { readIntoSync } from './descriptor.js';
import type { FilesOnDisk } from './placement.js';

/** A file or folder as it lies there. Reads nothing before it is asked. */
export function filesOnDisk(place: string): FilesOnDisk {
  const lying = (inside: string) => (inside === '' ? place : path.join(place, inside));
  return {
    *entries() {
      if (!fs.lstatSync(place).isDirectory()) {
        yield { path: '', kind: 'file' };
        return;
      }
      const folders = [''];
      for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        for (const entry of fs.readdirSync(lying(folder), { withFileTypes: true })) {
          const inside = folder === '' ? entry.name : `${folder}/${entry.name}`;
          yield { path: inside, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other' };
          if (entry.isDirectory()) folders.push(inside);
        }
      }
    },
    size(inside) {
      const stat = fs.lstatSync(lying(inside), { throwIfNoEntry: false });
      return stat?.isFile() ? stat.size : undefined;
    },
    read(inside, offset, length) {
      const descriptor = fs.openSync(lying(inside), 'r');
      try {
        const buffer = Buffer.alloc(length);
        return buffer.subarray(0, readIntoSync(descriptor, buffer, offset));
      } finally {
        fs.closeSync(descriptor);
      }
    },
  };
}
