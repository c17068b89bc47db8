import fs from 'node:fs';
import path from 'node:path';
import { OutputError } from '../model/index.js';
import { isSystemError } from './system-error.js';
import type { TemporaryFolder } from './temporary-folder.js';

/** How often a place is taken again that another run has filled meanwhile. */
const ROUNDS = 5;

/** Steps on the file system, each with its way back; all in one turn, so that no signal handler runs in between. */
export class Transaction {
  readonly #temporary: TemporaryFolder;
  readonly #undo: (() => void)[] = [];

  constructor(temporary: TemporaryFolder) {
    this.#temporary = temporary;
  }

  /** Moves a file to a name that is free, or over a regular file, which is kept for the way back. */
  place(from: string, to: string): void {
    const old = fs.lstatSync(to, { throwIfNoEntry: false });
    if (!old) {
      fs.renameSync(from, to);
      this.#undo.push(() => fs.renameSync(to, from));
      return;
    }
    if (!old.isFile()) throw new OutputError({ what: `${path.basename(to)} exists and is not a regular file` });
    const kept = this.#temporary.fresh();
    keep(to, kept);
    fs.renameSync(from, to);
    this.#undo.push(() => fs.renameSync(kept, to));
  }

  /** Moves a folder in, and what stood there aside; also what another run puts there between the two. */
  swapFolder(from: string, to: string): void {
    for (let round = 0; ; round++) {
      if (fs.lstatSync(to, { throwIfNoEntry: false })) {
        const aside = round === 0 ? this.#temporary.aside(path.basename(to)) : this.#temporary.fresh();
        fs.renameSync(to, aside);
        this.#undo.push(() => fs.renameSync(aside, to));
      }
      try {
        fs.renameSync(from, to);
        break;
      } catch (error) {
        const isTaken = isSystemError(error) && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
        if (!isTaken || round === ROUNDS) throw error;
      }
    }
    this.#undo.push(() => fs.renameSync(to, from));
  }

  /** Takes every step back, the last one first. A step that cannot be taken back does not keep the others. */
  rollBack(): void {
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        undo();
      } catch {
        // What failed first is what the user is told; the old content still waits in the temporary folder's `aside`.
      }
    }
  }
}

/** A second name for the old content costs nothing; file systems without hard links need a copy. */
function keep(file: string, kept: string): void {
  try {
    fs.linkSync(file, kept);
  } catch {
    fs.copyFileSync(file, kept, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE);
  }
}
