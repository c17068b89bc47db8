import { InputError } from '../model/index.js';

/** Bytes of files by path, with `/` between its parts. */
export type FilesByPath = ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>;

/** A file that is given by its bytes, which nobody changes while they are used. */
export interface FileInMemory {
  /** What messages and reports call it, and what names of artefacts are made of: `model.onnx`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What lies beside it, where a part of its weights does: external data by location. */
  readonly files?: FilesByPath | undefined;
}

/** A folder that is given by the bytes of its files, by their paths in it: a TensorFlow.js model, or a Core ML package. */
export interface FolderInMemory {
  /** What messages and reports call it: `model.tfjs`. */
  readonly name: string;
  readonly files: FilesByPath;
}

/** An artefact that is nowhere on the disk. */
export type ArtefactInMemory = FileInMemory | FolderInMemory;

/** How messages and reports call what was given: a path as it stands, else its name. */
export function nameOf(given: string | ArtefactInMemory): string {
  return typeof given === 'string' ? given : given.name;
}

/** Those that lie on the disk. */
export function pathsAmong(given: readonly unknown[]): string[] {
  return given.filter((each) => typeof each === 'string');
}

/** Files by path; a `Map`, since paths come from strangers. */
export function filesOf(files: FilesByPath = {}): ReadonlyMap<string, Uint8Array> {
  return files instanceof Map ? files : new Map(Object.entries(files));
}

/** The same bytes without what a class above `Uint8Array` adds: slices of Node's `Buffer` are views. */
export function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @throws InputError where files in memory hold more bytes than allowed */
export function expectWithin(maxBytes: number, files: Iterable<Uint8Array>): void {
  let total = 0;
  for (const { length } of files) total += length;
  if (total <= maxBytes) return;
  throw new InputError({ what: `over the limit of ${maxBytes} bytes`, todo: 'raise it with --max-bytes' });
}
