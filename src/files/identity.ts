import fs from 'node:fs';
import path from 'node:path';
import { asOutputError } from './system-error.js';

/** One file on this machine, whatever paths and links lead to it: device and inode. */
export type Identity = string;

/** The identity in what `stat` says, asked for with `bigint`: an inode may be more than a number holds. */
export function identityOf(stat: { readonly dev: bigint; readonly ino: bigint }): Identity {
  return `${stat.dev}:${stat.ino}`;
}

/** The identity of what a path leads to, links followed; undefined where nothing can be found. */
export function identityAt(file: string): Identity | undefined {
  try {
    return identityOf(fs.statSync(file, { bigint: true }));
  } catch {
    return undefined;
  }
}

/** Tells a file from one that came later and was given the same inode: a rename keeps size and time of writing. */
export function stampAt(file: string): string | undefined {
  try {
    const stat = fs.statSync(file, { bigint: true });
    return `${identityOf(stat)}:${stat.size}:${stat.mtimeNs}`;
  } catch {
    return undefined;
  }
}

/**
 * Equal for two paths that would become one file though neither exists: case and composition of letters make no other
 * file on the disks of macOS and Windows.
 * @throws OutputError where the working folder that the path starts from is gone
 */
export function placeKey(file: string): string {
  const place = absolute(file).split(path.sep).join('/');
  return process.platform === 'darwin' || process.platform === 'win32' ? place.normalize('NFC').toLowerCase() : place;
}

function absolute(file: string): string {
  try {
    return path.resolve(file);
  } catch (error) {
    throw asOutputError(error, file);
  }
}
