import fs from 'node:fs';
import path from 'node:path';
import { InputError } from '../model/index.js';
import { type Identity, identityAt } from './identity.js';
import { parseLocation } from './location.js';
import { RegularFile } from './regular-file.js';
import { sha256 } from './sha256.js';
import { asInputError, isSystemError } from './system-error.js';

/** Old exporters wrote one file a tensor; more than this many are not kept open at a time. */
const OPEN_AT_ONCE = 8;

const PIECE = 2 ** 24;

/** A data file that was opened: where the model says it is, and which file that is. */
export interface ExternalFile {
  readonly location: string;
  readonly bytes: number;
  /** undefined: it was given in memory. */
  readonly identity: Identity | undefined;
}

/** Where external data is read from, and what is known of what was read. Close it last. */
export interface DataBeside {
  /** The files that were asked for, in that order. */
  readonly files: readonly ExternalFile[];
  readonly notes: readonly string[];
  /**
   * @param length undefined: up to the end of the file
   * @throws InputError where the location leads elsewhere, or the range is not inside the file
   */
  read(location: string, offset: number, length: number | undefined): Uint8Array;
  /** A whole data file, as an engine wants it. Kept: what is read of it afterwards are views. @throws InputError */
  readWhole(location: string): Uint8Array;
  /** SHA-256 of a whole data file. */
  hash(location: string): string;
  close(): void;
}

/** How many bytes are wanted. @throws InputError where the range is not inside the file */
export function expectInside(location: string, size: number, offset: number, length: number | undefined): number {
  const invalid = (what: string) => new InputError({ what: `external data: ${what}`, where: { value: location } });
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) {
    throw invalid(`offset ${offset} is outside its ${size} bytes`);
  }
  const rest = size - offset;
  const wanted = length ?? rest;
  if (!Number.isSafeInteger(wanted) || wanted < 0 || wanted > rest) {
    throw invalid(`length ${wanted} at offset ${offset} is outside its ${size} bytes`);
  }
  return wanted;
}

/**
 * Reads external data from beside the model, and from nowhere else: a link may lead to another place in the model's own
 * folder, or, where the model itself is a link, in the folder that it leads to (stores of blobs do so). Every file is
 * opened once, checked by its descriptor and read through it.
 */
export class ExternalData implements DataBeside {
  readonly #model: string;
  readonly #modelIdentity: Identity | undefined;
  readonly #maxBytes: number;
  readonly #known = new Map<string, RegularFile>();
  readonly #whole = new Map<string, Uint8Array>();
  readonly #open: string[] = [];
  readonly #notes = new Set<string>();
  #total = 0;

  constructor(model: string, options: { readonly maxBytes: number }) {
    this.#model = model;
    this.#modelIdentity = identityAt(model);
    this.#maxBytes = options.maxBytes;
  }

  get files(): ExternalFile[] {
    return Array.from(this.#known, ([location, { size, identity }]) => ({ location, bytes: size, identity }));
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  readonly read = (location: string, offset: number, length: number | undefined): Uint8Array => {
    const whole = this.#whole.get(location);
    const file = this.#file(location);
    const wanted = expectInside(location, file.size, offset, length);
    const bytes = whole?.subarray(offset, offset + wanted) ?? file.read(offset, wanted);
    file.expectUnchanged();
    return bytes;
  };

  readWhole(location: string): Uint8Array {
    const bytes = this.#whole.get(location) ?? this.read(location, 0, undefined);
    this.#whole.set(location, bytes);
    return bytes;
  }

  /** SHA-256 of a whole data file, in pieces. */
  hash(location: string): string {
    const file = this.#file(location);
    function* pieces() {
      for (let offset = 0; offset < file.size; offset += PIECE) {
        yield file.read(offset, Math.min(PIECE, file.size - offset));
      }
    }
    return sha256(pieces());
  }

  close(): void {
    this.#whole.clear();
    for (const location of this.#open.splice(0)) this.#known.get(location)?.close();
  }

  #file(location: string): RegularFile {
    const known = this.#known.get(location);
    if (known && this.#open.includes(location)) return known;
    const file = openBeside(this.#model, location);
    if (known && !file.isSameAs(known)) {
      file.close();
      throw new InputError({ what: 'external data changed while reading', where: { value: location } });
    }
    if (!known) this.#admit(file, location);
    this.#known.set(location, file);
    this.#open.push(location);
    if (this.#open.length > OPEN_AT_ONCE) {
      const oldest = this.#open.shift();
      if (oldest !== undefined) this.#known.get(oldest)?.close();
    }
    return file;
  }

  #admit(file: RegularFile, location: string): void {
    const refuse = (what: string, todo?: string) => {
      file.close();
      throw new InputError({ what, where: { value: location }, ...(todo ? { todo } : {}) });
    };
    if (file.identity === this.#modelIdentity) refuse('external data: the location is the model itself');
    this.#total += file.size;
    if (this.#total > this.#maxBytes) {
      refuse(`external data is over the limit of ${this.#maxBytes} bytes`, 'raise it with --max-bytes');
    }
    if (file.isHardLinked) {
      this.#notes.add(`external data ${location} is a hard link: other names lead to the same file`);
    }
  }
}

function openBeside(model: string, location: string): RegularFile {
  const segments = parseLocation(location);
  try {
    const given = fs.realpathSync(path.dirname(model));
    const actual = path.dirname(fs.realpathSync(model));
    const beside = path.join(given, ...segments);
    const real = fs.realpathSync(beside);
    if (!isInside(given, real) && !isInside(actual, real)) {
      throw new InputError({
        what: "external data: a link leaves the model's folder",
        where: { value: location },
        todo: 'put the data beside the model',
      });
    }
    const file = RegularFile.open(real, location, { followLinks: false });
    if (pathOf(file.descriptor, real) !== real) {
      file.close();
      throw new InputError({ what: 'external data changed while it was opened', where: { value: location } });
    }
    return file;
  } catch (error) {
    if (error instanceof InputError) throw besideModel(error, model);
    if (isSystemError(error) && error.code === 'ELOOP') {
      throw new InputError({
        what: "external data: a link leads back to itself, which leaves the model's folder",
        where: { file: model, value: location },
      });
    }
    const cause = asInputError(error, model);
    throw new InputError({
      what: `external data ${cause.what}`,
      where: { file: model, value: location },
      todo: 'put the data file beside the model',
      cause,
    });
  }
}

/** The file that a user can act on is the model, whose line the location is. */
function besideModel({ what, where, todo }: InputError, model: string): InputError {
  const value = where.value ?? where.file;
  return new InputError({
    what: what.startsWith('external data') ? what : `external data: ${what}`,
    where: { file: model, ...(value === undefined ? {} : { value }) },
    ...(todo ? { todo } : {}),
  });
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Where a descriptor really leads; where the system cannot say, where the path leads now. */
function pathOf(descriptor: number, opened: string): string {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return fs.realpathSync(opened);
  }
}
