import { InputError } from '../../../model/index.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** What lies behind a field number: varint, 8 bytes, bytes with a length before them, 4 bytes. */
export const WIRE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

/** Reads protobuf fields within one stretch of bytes and never beyond it. All complaints are `InputError`s. */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** The next field's number and wire type. */
  tag(): { id: number; wire: number } {
    const tag = this.varint();
    if (tag < 8 || tag > 0xffffffff) throw this.invalid(`field number ${Math.floor(tag / 8)}`);
    return { id: Math.floor(tag / 8), wire: tag % 8 };
  }

  /**
   * An integer in two's complement of 64 bits.
   * @throws InputError where it runs over the end, over ten bytes, or is none that a number holds exactly
   */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    let large = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      large |= BigInt(byte & 127) << shift;
      if (byte < 128) {
        const exact = Number(BigInt.asIntN(64, large));
        if (!Number.isSafeInteger(exact)) throw this.invalid('an integer is out of range');
        return exact;
      }
    }
    throw this.invalid('an integer is longer than ten bytes');
  }

  /** A reader of exactly the bytes that the length before them claims. */
  delimited(): WireReader {
    const length = this.varint();
    const start = this.#at;
    if (length < 0 || length > this.#end - start) throw this.invalid(`a length of ${length} runs over its message`);
    this.#at = start + length;
    return new WireReader(this.#bytes, start, this.#at);
  }

  /** What is left, as a view. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#at, this.#end);
    this.#at = this.#end;
    return rest;
  }

  text(): string {
    try {
      return decoder.decode(this.rest());
    } catch (cause) {
      throw new InputError({ what: `model.mlmodel is damaged: a text is not UTF-8`, cause });
    }
  }

  invalid(what: string): InputError {
    return new InputError({ what: `model.mlmodel is damaged: ${what} (byte ${this.#at})` });
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw this.invalid('it ends in the middle of a field');
    this.#at++;
    return byte;
  }
}
