import fs from 'node:fs';
import os from 'node:os';
import { asOutputError } from './system-error.js';
import { TemporaryFolder } from './temporary-folder.js';

/** Files that are needed only while this process lives, in the system's folder for such; they go with the process. */
export class Scratch {
  readonly #folder = new TemporaryFolder(os.tmpdir());

  /** Puts bytes aside. @returns what `read` takes. @throws OutputError */
  async write(chunks: readonly Uint8Array[]): Promise<string> {
    const file = this.#folder.fresh();
    try {
      await fs.promises.writeFile(file, chunks, { flag: 'wx' });
      return file;
    } catch (error) {
      throw asOutputError(error, os.tmpdir());
    }
  }

  /** Where somebody else may write, and how what is written there begins its name. */
  place(): string {
    return this.#folder.fresh();
  }

  /** @param file as `write` gave it */
  read(file: string): Uint8Array {
    return fs.readFileSync(file);
  }

  remove(): void {
    this.#folder.remove({ isPlaced: false });
  }
}
