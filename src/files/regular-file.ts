import fs from 'node:fs';
import { InputError } from '../model/index.js';
import { readInto, readIntoSync } from './descriptor.js';
import { type Identity, identityOf } from './identity.js';
import { asInputError } from './system-error.js';

/** What is read while the piece before is looked at. */
const PIECE = 2 ** 22;

/** What is read at once where nothing is looked at: a read takes at most 2^31 - 1 bytes. */
const LARGEST_PIECE = 2 ** 30;

/** Without O_NONBLOCK the open of a FIFO waits for a writer, and that of a terminal may take it over. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0 } = fs.constants;

/** Bytes of an open file, read from its descriptor alone, so that nobody can put another file in its place meanwhile. */
export class RegularFile {
  readonly size: number;
  readonly identity: Identity;
  /** Whether other names lead to the same file. */
  readonly isHardLinked: boolean;
  readonly #descriptor: number;
  readonly #file: string;
  readonly #stamp: string;

  private constructor(descriptor: number, file: string, stat: fs.BigIntStats) {
    this.#descriptor = descriptor;
    this.#file = file;
    this.#stamp = stampOf(stat);
    this.size = Number(stat.size);
    this.identity = identityOf(stat);
    this.isHardLinked = stat.nlink > 1n;
  }

  /**
   * Opens a file that has a size and stays where it is.
   * @param file how errors call it: the path as the user gave it
   * @throws InputError where it is missing, unreadable, or a folder, pipe, socket or device
   */
  static open(path: string, file: string, options: { readonly followLinks: boolean }): RegularFile {
    let descriptor: number | undefined;
    try {
      // Looked at before it is opened as well: opening a device can do something to it.
      expectRegular(options.followLinks ? fs.statSync(path) : fs.lstatSync(path), file);
      descriptor = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (options.followLinks ? 0 : O_NOFOLLOW));
      const stat = fs.fstatSync(descriptor, { bigint: true });
      expectRegular(stat, file);
      return new RegularFile(descriptor, file, stat);
    } catch (error) {
      if (descriptor !== undefined) fs.closeSync(descriptor);
      if (error instanceof InputError) throw error;
      throw asInputError(error, file);
    }
  }

  get descriptor(): number {
    return this.#descriptor;
  }

  /** @throws InputError where the file is shorter than it was when opened */
  read(offset: number, length: number): Uint8Array {
    const bytes = this.#allocate(length);
    try {
      for (let done = 0; done < length; ) {
        const count = readIntoSync(this.#descriptor, bytes.subarray(done), offset + done);
        if (count === 0) throw this.#changed();
        done += count;
      }
    } catch (error) {
      throw error instanceof InputError ? error : asInputError(error, this.#file);
    }
    return bytes;
  }

  /** All bytes. @throws InputError also where it grew, or was written to, while it was read */
  readWhole(): Uint8Array {
    const bytes = this.read(0, this.size);
    this.#expectEnd();
    return bytes;
  }

  /**
   * The same while this process does something else.
   * @param visit gets each piece while the system already reads the next; without it there are no more pieces than need be
   */
  async readWholeMeanwhile(visit?: (piece: Uint8Array) => void): Promise<Uint8Array> {
    const bytes = this.#allocate(this.size);
    const most = visit ? PIECE : LARGEST_PIECE;
    let reading = this.#readPiece(bytes, 0, most);
    for (let done = 0; done < this.size; ) {
      const end = done + (await reading);
      if (end < this.size) reading = this.#readPiece(bytes, end, most);
      visit?.(bytes.subarray(done, end));
      done = end;
    }
    await reading;
    this.#expectEnd();
    return bytes;
  }

  /** Reads on at `offset` into the same place of `bytes`. @returns how many bytes came */
  async #readPiece(bytes: Uint8Array, offset: number, most: number): Promise<number> {
    const wanted = Math.min(most, bytes.length - offset);
    if (wanted === 0) return 0;
    try {
      const count = await readInto(this.#descriptor, bytes.subarray(offset, offset + wanted), offset);
      if (count === 0) throw this.#changed();
      return count;
    } catch (error) {
      throw error instanceof InputError ? error : asInputError(error, this.#file);
    }
  }

  #expectEnd(): void {
    const more = readIntoSync(this.#descriptor, Buffer.alloc(1), this.size) > 0;
    if (more && this.size === 0) throw notRegular('its size is not known before it is read', this.#file);
    if (more) throw this.#changed();
    this.expectUnchanged();
  }

  /** @throws InputError where somebody wrote to the file since it was opened */
  expectUnchanged(): void {
    if (stampOf(fs.fstatSync(this.#descriptor, { bigint: true })) !== this.#stamp) throw this.#changed();
  }

  isSameAs(other: RegularFile): boolean {
    return this.identity === other.identity && this.#stamp === other.#stamp;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }

  /** Not filled with zeros first; given as a plain array, because a Buffer's `slice` shares memory. */
  #allocate(length: number): Uint8Array {
    try {
      return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new InputError({
        what: `not enough memory for ${length} bytes in one piece`,
        where: { file: this.#file },
        todo: 'use a machine with more memory',
        cause,
      });
    }
  }

  #changed(): InputError {
    return new InputError({
      what: 'changed while reading',
      where: { file: this.#file },
      todo: 'run again when nothing writes to it',
    });
  }
}

function stampOf(stat: fs.BigIntStats): string {
  return `${stat.size}:${stat.mtimeNs}`;
}

type Kind = Pick<fs.Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isSymbolicLink'>;

function expectRegular(stat: Kind, file: string): void {
  if (stat.isFile()) return;
  if (stat.isDirectory()) throw notRegular('it is a folder', file);
  if (stat.isFIFO()) throw notRegular('it is a pipe', file, 'save it to a file first');
  if (stat.isSocket()) throw notRegular('it is a socket', file);
  if (stat.isSymbolicLink()) throw notRegular('it is a link', file);
  throw notRegular('it is a device', file);
}

function notRegular(why: string, file: string, todo?: string): InputError {
  return new InputError({ what: `not a regular file: ${why}`, where: { file }, ...(todo ? { todo } : {}) });
}
