import fs from 'node:fs';
import path from 'node:path';
import { InputError, OutputError } from '../model/index.js';
import { makeFolders } from './make-folders.js';
import { asInputError, asOutputError } from './system-error.js';

/** So many bytes of a journal are in memory at a time. */
const CHUNK_BYTES = 2 ** 16;
const NEWLINE = 10;

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
      makeFolders(path.dirname(path.resolve(file)));
      fs.writeFileSync(file, `${heading}\n`);
    } catch (error) {
      throw error instanceof OutputError ? error : asOutputError(error, file);
    }
    return new Journal(file);
  }

  /**
   * Takes up one that is there; what was written of a last line is cut off.
   * @returns undefined where there is none; else its whole lines, the heading first, to be read before others are added
   */
  static takeUp(file: string): { readonly journal: Journal; readonly lines: Iterator<string> } | undefined {
    try {
      if (!fs.existsSync(file)) return undefined;
      fs.truncateSync(file, endOfLastLine(file));
      return { journal: new Journal(file), lines: linesOf(file) };
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

function endOfLastLine(file: string): number {
  let [at, end] = [0, 0];
  for (const chunk of chunksOf(file)) {
    end = chunk.includes(NEWLINE) ? at + chunk.lastIndexOf(NEWLINE) + 1 : end;
    at += chunk.length;
  }
  return end;
}

function* linesOf(file: string): Generator<string, undefined> {
  let begun: Buffer[] = [];
  for (const chunk of chunksOf(file)) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString();
      begun = [];
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
  }
}

function* chunksOf(file: string): Generator<Buffer, undefined> {
  const descriptor = fs.openSync(file, 'r');
  try {
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const length = fs.readSync(descriptor, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
