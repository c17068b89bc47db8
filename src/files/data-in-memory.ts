import { InputError } from '../model/index.js';
import type { DataBeside, ExternalFile } from './external-data.js';
import { expectInside } from './external-data.js';
import { parseLocation } from './location.js';
import { sha256 } from './sha256.js';

/** External data that was given along with the bytes of its model. */
export class DataInMemory implements DataBeside {
  readonly notes: readonly string[] = [];
  readonly #given: ReadonlyMap<string, Uint8Array>;
  readonly #maxBytes: number;
  readonly #asked = new Map<string, Uint8Array>();

  constructor(given: ReadonlyMap<string, Uint8Array>, options: { readonly maxBytes: number }) {
    this.#given = given;
    this.#maxBytes = options.maxBytes;
  }

  get files(): ExternalFile[] {
    return Array.from(this.#asked, ([location, { length }]) => ({ location, bytes: length, identity: undefined }));
  }

  readonly read = (location: string, offset: number, length: number | undefined): Uint8Array => {
    const whole = this.readWhole(location);
    return whole.subarray(offset, offset + expectInside(location, whole.length, offset, length));
  };

  readWhole(location: string): Uint8Array {
    const known = this.#asked.get(location);
    if (known) return known;
    const bytes = this.#given.get(parseLocation(location).join('/'));
    if (!bytes) {
      throw new InputError({
        what: 'external data is not among the files that were given',
        where: { value: location },
        todo: 'give it in files, by its location',
      });
    }
    this.#asked.set(location, bytes);
    const total = Array.from(this.#asked.values()).reduce((sum, each) => sum + each.length, 0);
    if (total > this.#maxBytes) {
      throw new InputError({
        what: `external data is over the limit of ${this.#maxBytes} bytes`,
        where: { value: location },
        todo: 'raise it with --max-bytes',
      });
    }
    return bytes;
  }

  hash(location: string): string {
    return sha256([this.readWhole(location)]);
  }

  close(): void {
    this.#asked.clear();
  }
}
