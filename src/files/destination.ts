import fs from 'node:fs';
import path from 'node:path';
import { OutputError } from '../model/index.js';
import { filesOnDisk } from './files-on-disk.js';
import type { Placement } from './placement.js';
import { asOutputError, isSystemError } from './system-error.js';

/** The final place of one artefact. */
export interface Destination {
  readonly placement: Placement;
  /** File or folder name in the output folder. */
  readonly name: string;
  /** As messages and reports write it: the output folder as the user gave it, and the name. */
  readonly shown: string;
}

/** @param name of the file or folder in the output folder */
export function destinationOf(outDir: string, name: string, placement: Placement): Destination {
  return { placement, name, shown: path.join(outDir, name) };
}

/**
 * Refuses an output folder that is, or lies below, something else than a folder. One that is missing can be made.
 * @throws OutputError
 */
export function expectFolder(shown: string): void {
  let at = path.resolve(shown);
  let stat = lookThrough(at, shown);
  while (!stat && at !== path.dirname(at)) {
    at = path.dirname(at);
    stat = lookThrough(at, shown);
  }
  if (stat?.isDirectory()) return;
  throw new OutputError({
    what: at === path.resolve(shown) ? 'exists and is not a folder' : 'a part of the path is not a folder',
    where: { file: shown },
    todo: 'choose another --out-dir',
  });
}

function lookThrough(place: string, shown: string): fs.Stats | undefined {
  try {
    return fs.statSync(place, { throwIfNoEntry: false });
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOTDIR') return undefined;
    throw asOutputError(error, shown);
  }
}

/**
 * Refuses a final name that holds what is not ours to replace.
 * @throws OutputError for a link, a special file, a folder where a file goes, and what its format does not own
 */
export function expectReplaceable({ placement, name, shown }: Destination, folder = path.dirname(shown)): void {
  const place = path.join(folder, name);
  const stat = lookAt(place, shown);
  if (!stat) return;
  const refuse = (what: string) =>
    new OutputError({
      what: `exists and is not ${what}`,
      where: { file: shown },
      todo: 'move it away, or choose another --name or --out-dir',
    });
  if (placement.kind === 'file') {
    if (!stat.isFile()) throw refuse('a regular file');
  } else {
    if (!stat.isDirectory()) throw refuse('a folder');
    if (fs.readdirSync(place).length === 0) return;
  }
  if (!owns(placement, place, shown)) throw refuse(placement.ours);
}

function owns(placement: Placement, place: string, shown: string): boolean {
  try {
    return placement.owns(filesOnDisk(place));
  } catch (error) {
    throw asOutputError(error, shown);
  }
}

function lookAt(place: string, shown: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    throw asOutputError(error, shown);
  }
}
