import type { Bytes } from '../model/index.js';
import { type DecodeOptions, Decoder } from './decode.js';
import { encode } from './encode.js';
import { MessageTypes } from './message-type.js';
import type { Message, MessageParts, Schema } from './schema.js';

/** Reads and writes the messages of one file format. */
export class Codec<S extends Schema> {
  readonly #types: MessageTypes;

  /** @param spell how the format's own schema writes the name of a field, for errors and notes */
  constructor(schema: S, spell = (name: string) => name) {
    this.#types = new MessageTypes(schema, spell);
  }

  /**
   * Decodes a message. Byte fields are views on `bytes`.
   * @throws InputError (a `WireError` where the bytes are not this message) naming the byte; or naming a limit
   */
  decode<N extends keyof S & string>(name: N, bytes: Bytes, options: DecodeOptions = {}): Message<S, N> {
    // The decoder fills exactly the fields of the schema with values of their types, which is what Message says.
    return new Decoder(bytes, options).message(this.#types.get(name), bytes.length, 0) as Message<S, N>;
  }

  /**
   * Encodes a message: fields in order of their numbers, lists of numbers packed, absent fields left out, so that the same
   * message always gives the same bytes.
   * @returns chunks to be written one after the other; large byte fields are the very arrays that were given
   */
  encode<N extends keyof S & string>(name: N, message: MessageParts<S, N>): Bytes[] {
    return encode(this.#types.get(name), message);
  }
}
