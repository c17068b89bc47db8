import fs from 'node:fs';
import path from 'node:path';
import { InputError } from '../model/index.js';
import { type Identity, identityOf } from './identity.js';
import { asInputError } from './system-error.js';

/** A file of a folder that the user named. */
export interface ListedFile {
  /** From the folder on, with `/` between the parts. */
  readonly path: string;
  /** By which it is opened. */
  readonly file: string;
  readonly size: number;
}

/**
 * Every file below a folder, in the order of their paths, letter by letter; names that begin with a dot are left out. Links
 * are followed: a folder of data is often made of them.
 * @returns undefined where a file of another kind than a folder lies there
 * @throws InputError where something cannot be looked at, or a folder leads back into itself
 */
export function listFiles(folder: string): ListedFile[] | undefined {
  if (!isFolder(folder)) return undefined;
  const files: ListedFile[] = [];
  visit(folder, '', new Set(), files);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isFolder(place: string): boolean {
  try {
    return fs.statSync(place).isDirectory();
  } catch (error) {
    throw asInputError(error, place);
  }
}

function visit(folder: string, inside: string, above: ReadonlySet<Identity>, files: ListedFile[]): void {
  const here = path.join(folder, inside);
  try {
    const identity = identityOf(fs.statSync(here, { bigint: true }));
    if (above.has(identity)) {
      throw new InputError({ what: 'the folder leads back into itself by a link', where: { file: here } });
    }
    for (const name of fs.readdirSync(here)) {
      if (name.startsWith('.')) continue;
      const below = inside === '' ? name : `${inside}/${name}`;
      const file = path.join(folder, below);
      const stat = fs.statSync(file);
      if (stat.isDirectory()) visit(folder, below, new Set([...above, identity]), files);
      else if (stat.isFile()) files.push({ path: below, file, size: stat.size });
    }
  } catch (error) {
    throw error instanceof InputError ? error : asInputError(error, here);
  }
}
