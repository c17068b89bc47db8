import fs from 'node:fs';
import path from 'node:path';
import { InputError } from '../model/index.js';
import { filesOnDisk } from './files-on-disk.js';
import { RegularFile } from './regular-file.js';
import { asInputError } from './system-error.js';

/** Whether a path leads to a folder. @throws InputError where nothing is there, or it cannot be looked at */
export function isFolder(place: string): boolean {
  try {
    return fs.statSync(place).isDirectory();
  } catch (error) {
    throw asInputError(error, place);
  }
}

/** The folder that a file lies in, and what it is called there. */
export function folderOf(file: string): { readonly folder: string; readonly name: string } {
  return { folder: path.dirname(file), name: path.basename(file) };
}

/**
 * Every regular file below a folder, by its path there with `/` between the parts; links are not followed.
 * @param maxBytes of all together
 * @throws InputError where one cannot be read, or they hold more
 */
export function readFolder(folder: string, maxBytes: number): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let left = maxBytes;
  for (const inside of regularFiles(folder)) {
    const file = RegularFile.open(path.join(folder, inside), `${folder}/${inside}`, { followLinks: false });
    try {
      left -= file.size;
      if (left < 0) {
        throw new InputError({
          what: `over the limit of ${maxBytes} bytes`,
          where: { file: folder },
          todo: 'raise it with --max-bytes',
        });
      }
      files.set(inside, file.readWhole());
    } finally {
      file.close();
    }
  }
  return files;
}

function regularFiles(folder: string): string[] {
  try {
    const entries = [...filesOnDisk(folder).entries()];
    return entries.flatMap(({ path: inside, kind }) => (kind === 'file' ? [inside] : [])).sort();
  } catch (error) {
    throw asInputError(error, folder);
  }
}
