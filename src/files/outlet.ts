import { concatBytes, countBytes } from '../model/index.js';
import type { Destination } from './destination.js';
import type { ArtefactInMemory } from './given.js';
import type { Identity } from './identity.js';
import { putInPlace } from './put-in-place.js';
import { sha256 } from './sha256.js';
import { type ArtefactFiles, type Staged, type StagedOnDisk, stageArtefact } from './stage.js';
import { TemporaryFolder } from './temporary-folder.js';

/** Where the artefacts of one model wait until they are judged, and then go. */
export interface Outlet {
  /** @throws OutputError */
  stage(artefact: ArtefactFiles, destination: Destination): Promise<Staged>;
  /**
   * All of them, or none.
   * @param protect files of this run's inputs, which are never deleted
   * @throws OutputError
   */
  putInPlace(staged: readonly Staged[], protect: ReadonlySet<Identity>): Promise<void>;
  /** Artefacts that were put nowhere on the disk. */
  readonly placed: readonly ArtefactInMemory[];
  /** @param isPlaced whether something was put in place */
  close(isPlaced: boolean): void;
}

/** @param outDir null: artefacts stay in memory. @throws OutputError where the folder cannot be made */
export function openOutlet(outDir: string | null): Outlet {
  return outDir === null ? new Memory() : new Folder(outDir);
}

class Folder implements Outlet {
  readonly placed: readonly ArtefactInMemory[] = [];
  readonly #temporary: TemporaryFolder;
  readonly #staged = new Map<Staged, StagedOnDisk>();

  constructor(outDir: string) {
    this.#temporary = new TemporaryFolder(outDir);
  }

  async stage(artefact: ArtefactFiles, destination: Destination): Promise<Staged> {
    const staged = await stageArtefact(artefact, destination, this.#temporary);
    this.#staged.set(staged, staged);
    return staged;
  }

  putInPlace(staged: readonly Staged[], protect: ReadonlySet<Identity>): Promise<void> {
    return putInPlace(
      staged.flatMap((each) => this.#staged.get(each) ?? []),
      protect,
    );
  }

  close(isPlaced: boolean): void {
    this.#temporary.remove({ isPlaced });
  }
}

class Memory implements Outlet {
  placed: readonly ArtefactInMemory[] = [];

  /** Copied: chunks may be views on the source, which belongs to who gave it. */
  async stage({ files, commits }: ArtefactFiles, destination: Destination): Promise<Staged> {
    const copies = new Map(Array.from(files, ([inside, chunks]) => [inside, [concatBytes(chunks)]]));
    const written = Array.from(copies, ([path, chunks]) => ({
      path,
      bytes: countBytes(chunks),
      sha256: sha256(chunks),
    }));
    return { destination, artefact: { files: copies, commits }, written, onDisk: Promise.resolve() };
  }

  async putInPlace(staged: readonly Staged[]): Promise<void> {
    this.placed = staged.map(asGiven);
  }

  close(): void {}
}

function asGiven({ destination: { name, placement }, artefact }: Staged): ArtefactInMemory {
  const files = new Map(Array.from(artefact.files, ([inside, [bytes = new Uint8Array()]]) => [inside, bytes]));
  if (placement.kind !== 'file') return { name, files };
  const bytes = files.get(artefact.commits) ?? new Uint8Array();
  files.delete(artefact.commits);
  return { name, bytes, ...(files.size > 0 ? { files } : {}) };
}
