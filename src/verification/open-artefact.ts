import {
  type ArtefactInMemory,
  type DataBeside,
  DataInMemory,
  ExternalData,
  expectWithin,
  type FileInMemory,
  type FilesOnDisk,
  filesInMemory,
  filesOf,
  filesOnDisk,
  folderOf,
  type Identity,
  isFolder,
  nameOf,
  plainBytes,
  readFile,
  readFolder,
  sha256,
} from '../files/index.js';
import type { SizeLimit } from '../files/placement.js';
import type { Artefact, Opened, Target } from '../formats/format.js';
import { formats, type ListedFormat } from '../formats/index.js';
import { allNodes, countBytes, type Graph, InputError, MobileoneError } from '../model/index.js';
import type { FileReport } from '../report/index.js';
import type { ReadingLimits } from '../source/open-source.js';
import { withFile } from './with-file.js';

/** An artefact of any tool as it was given, opened. */
export interface OpenArtefact {
  /** As the user gave it, or called it. */
  readonly path: string;
  readonly target: Target;
  readonly artefact: Artefact;
  readonly opened: Opened;
  readonly files: readonly FileReport[];
  /** Of all files together. */
  readonly bytes: number;
  readonly notes: readonly string[];
  /** The files of external data that were read. */
  readonly externalData: ReadonlySet<Identity>;
}

/** What was given, and which format it is in; not opened yet. */
export interface FoundArtefact extends Omit<OpenArtefact, 'opened'> {}

/**
 * Reads an artefact and says which format it is in: by what lies there, not by its name.
 * @throws InputError where it is missing, damaged, over a limit or of no format that is known here
 */
export async function findArtefact(given: string | ArtefactInMemory, limits: ReadingLimits): Promise<FoundArtefact> {
  return inFile(nameOf(given), async () => {
    if (typeof given !== 'string') return inMemory(given, limits);
    return isFolder(given) ? inFolder(given, given, limits) : inOneFile(given, limits);
  });
}

/** @throws InputError where it is damaged; EngineError where it holds what cannot be judged here */
export function openFound(found: FoundArtefact, limits: ReadingLimits): Promise<OpenArtefact> {
  return inFile(found.path, async () => {
    const opened = found.target.open(found.artefact, limits);
    if (opened.graph && found.files.length > 1) expectWhole(opened.graph);
    return { ...found, opened };
  });
}

/** Weights are read when they are first asked for: that files beside hold all of them shows then. @throws InputError */
function expectWhole(graph: Graph): void {
  for (const node of allNodes(graph)) for (const value of node.inputs) void value?.constant?.bytes;
}

/** Errors of what lies there name the path. */
async function inFile<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof MobileoneError ? withFile(error, path) : error;
  }
}

async function inFolder(path: string, folder: string, { maxBytes }: ReadingLimits): Promise<FoundArtefact> {
  const format = formatOfFolder(filesOnDisk(folder));
  return found(path, format, asChunks(readFolder(folder, maxBytes)));
}

async function inMemory(given: ArtefactInMemory, limits: ReadingLimits): Promise<FoundArtefact> {
  if ('bytes' in given) return oneFileInMemory(given, limits);
  const files = filesOf(given.files);
  expectWithin(limits.maxBytes, files.values());
  const plain = new Map(Array.from(files, ([inside, bytes]) => [inside, plainBytes(bytes)]));
  return found(given.name, formatOfFolder(filesInMemory(plain)), asChunks(plain));
}

async function oneFileInMemory(given: FileInMemory, limits: ReadingLimits): Promise<FoundArtefact> {
  const bytes = plainBytes(given.bytes);
  expectWithin(limits.maxBytes, [bytes]);
  const external = new DataInMemory(filesOf(given.files), { maxBytes: limits.maxBytes - bytes.length });
  return oneFile(given.name, bytes, formatOfFile(filesInMemory(new Map([['', bytes]]))), external, limits);
}

function asChunks(files: ReadonlyMap<string, Uint8Array>): Map<string, readonly Uint8Array[]> {
  return new Map(Array.from(files, ([inside, bytes]) => [inside, [bytes]]));
}

function formatOfFolder(lying: FilesOnDisk): ListedFormat {
  const format = [...formats.values()].find(
    ({ placement: { kind, main } }) => kind !== 'file' && lying.size(main) !== undefined,
  );
  if (!format) throw unknown('this folder holds');
  return format;
}

/** A damaged file is owned by none: the first format says what is wrong with it. */
function formatOfFile(lying: FilesOnDisk): ListedFormat {
  const single = [...formats.values()].filter(({ placement }) => placement.kind === 'file');
  const format = single.find(({ placement }) => placement.owns(lying)) ?? single[0];
  if (!format) throw unknown('this is');
  return format;
}

async function inOneFile(path: string, limits: ReadingLimits): Promise<FoundArtefact> {
  const { folder, name } = folderOf(path);
  const all = [...formats.values()];
  if (all.some(({ placement: { kind, main } }) => kind !== 'file' && main === name)) {
    return inFolder(path, folder, limits);
  }
  const format = formatOfFile(filesOnDisk(path));
  const { bytes } = readFile(path, smallerOf(askedLimit(limits), format.placement.largest));
  const external = new ExternalData(path, { maxBytes: limits.maxBytes - bytes.length });
  return oneFile(path, bytes, format, external, limits);
}

async function oneFile(
  path: string,
  bytes: Uint8Array,
  format: ListedFormat,
  external: DataBeside,
  limits: ReadingLimits,
): Promise<FoundArtefact> {
  const files = new Map<string, readonly Uint8Array[]>([['', [bytes]]]);
  const target = await format.load();
  try {
    for (const location of target.dataFiles?.([bytes], limits) ?? [])
      files.set(location, [external.readWhole(location)]);
    return await found(path, format, files, external);
  } finally {
    external.close();
  }
}

function askedLimit({ maxBytes }: ReadingLimits): SizeLimit {
  return { bytes: maxBytes, what: `over the limit of ${maxBytes} bytes`, todo: 'raise it with --max-bytes' };
}

function smallerOf(asked: SizeLimit, ofFormat: SizeLimit | undefined): SizeLimit {
  return ofFormat && ofFormat.bytes < asked.bytes ? ofFormat : asked;
}

async function found(
  path: string,
  format: ListedFormat,
  files: ReadonlyMap<string, readonly Uint8Array[]>,
  external?: DataBeside,
): Promise<FoundArtefact> {
  const reports = Array.from(files, ([inside, chunks]) => ({
    path: inside,
    bytes: countBytes(chunks),
    sha256: sha256(chunks),
  }));
  return {
    path,
    target: await format.load(),
    artefact: { files, commits: format.placement.main },
    files: reports,
    bytes: reports.reduce((sum, { bytes }) => sum + bytes, 0),
    notes: external?.notes ?? [],
    externalData: new Set(external?.files.flatMap(({ identity }) => identity ?? [])),
  };
}

function unknown(what: string): InputError {
  const known = Array.from(formats.values(), ({ title }) => title).join(', ');
  return new InputError({ what: `${what} nothing that is known here (${known})` });
}
