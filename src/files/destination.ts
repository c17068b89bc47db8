import fs from 'node:fs';
import path from 'node:path';
import { OutputError } from '../model/index.js';
import { isOnnxFile } from './onnx-file.js';
import { isOurFolder, isOurPackage } from './ownership.js';
import { asOutputError, isSystemError } from './system-error.js';

/**
 * How an artefact gets in place. `file`: one rename, data files beside it come first. `folder`: files named by their
 * content are added, then one file is renamed over the old one. `package`: the whole folder is swapped.
 */
export type ArtefactKind = 'file' | 'folder' | 'package';

/** The final place of one artefact. */
export interface Destination {
  readonly kind: ArtefactKind;
  /** File or folder name in the output folder. */
  readonly name: string;
  /** As messages and reports write it: the output folder as the user gave it, and the name. */
  readonly shown: string;
}

export function destinationOf(outDir: string, name: string): Destination {
  const kind = name.endsWith('.mlpackage') ? 'package' : name.endsWith('.onnx') ? 'file' : 'folder';
  return { kind, name, shown: path.join(outDir, name) };
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
 * @throws OutputError for a link, a special file, a folder where a file goes, a file that is no ONNX model, and a folder
 * that this tool did not write
 */
export function expectReplaceable({ kind, name, shown }: Destination, folder = path.dirname(shown)): void {
  const place = path.join(folder, name);
  const stat = lookAt(place, shown);
  if (!stat) return;
  const refuse = (what: string) =>
    new OutputError({
      what: `exists and is not ${what}`,
      where: { file: shown },
      todo: 'move it away, or choose another --name or --out-dir',
    });
  if (kind === 'file') {
    if (!stat.isFile()) throw refuse('a regular file');
    if (!looksLikeOnnx(place, shown)) throw refuse('an ONNX file');
    return;
  }
  if (!stat.isDirectory()) throw refuse('a folder');
  if (fs.readdirSync(place).length === 0) return;
  if (kind === 'package' && !isOurPackage(place)) throw refuse('a package that mobileone wrote');
  if (kind === 'folder' && !isOurFolder(place)) throw refuse('a folder that mobileone wrote');
}

function looksLikeOnnx(place: string, shown: string): boolean {
  try {
    return isOnnxFile(place);
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
