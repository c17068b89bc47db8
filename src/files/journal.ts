import fs from 'node:fs';
import path from 'node:path';
import { InputError, OutputError } from '../model/index.js';
import { asInputError, asOutputError } from './system-error.js';

/**
 * A file that grows line by line while a run goes on, so that one that is killed loses the last line at most. The first line
 * says whose it is.
 */
export class Journal {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * Begins anew. @throws OutputError where it cannot be written, or where something lies that does not begin like a journal
   * @param heading the first line; a file that begins with the same letters up to the first colon may be replaced
   */
  static begin(file: string, heading: string): Journal {
    const ours = heading.slice(0, heading.indexOf(':') + 1);
    try {
      if (fs.existsSync(file) && !startOf(file, ours.length).equals(Buffer.from(ours))) {
        throw new OutputError({ what: 'exists and is not ours', where: { file }, todo: 'choose another --report' });
      }
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, `${heading}\n`);
    } catch (error) {
      throw error instanceof OutputError ? error : asOutputError(error, file);
    }
    return new Journal(file);
  }

  /**
   * Takes up one that is there; what was written of a last line is cut off.
   * @returns undefined where there is none; else its whole lines, the heading first
   */
  static takeUp(file: string): { readonly journal: Journal; readonly lines: readonly string[] } | undefined {
    try {
      if (!fs.existsSync(file)) return undefined;
      const bytes = fs.readFileSync(file);
      const end = bytes.lastIndexOf('\n') + 1;
      fs.truncateSync(file, end);
      const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
      return { journal: new Journal(file), lines };
    } catch (error) {
      throw error instanceof InputError ? error : asInputError(error, file);
    }
  }

  /** @throws OutputError */
  add(line: string): void {
    try {
      fs.appendFileSync(this.#file, `${line}\n`);
    } catch (error) {
      throw asOutputError(error, this.#file);
    }
  }

  /** Once its run is over. */
  remove(): void {
    fs.rmSync(this.#file, { force: true });
  }
}

function startOf(file: string, length: number): Buffer {
  const descriptor = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    fs.readSync(descriptor, buffer, 0, length, 0);
    return buffer;
  } finally {
    fs.closeSync(descriptor);
  }
}
