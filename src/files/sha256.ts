import { nodeCrypto } from './node-crypto.js';

/** A hash takes at most 2^31 - 1 bytes at a time. */
const LARGEST_UPDATE = 2 ** 30;

/** SHA-256 of chunks that come one after the other. */
export class Sha256 {
  readonly #hash = nodeCrypto().createHash('sha256');

  add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += LARGEST_UPDATE)
      this.#hash.update(chunk.subarray(at, at + LARGEST_UPDATE));
  }

  /** Of all chunks so far, in lower-case hexadecimal. */
  hex(): string {
    return this.#hash.copy().digest('hex');
  }
}

/** Lower-case hexadecimal SHA-256 of the chunks in order. */
export function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = new Sha256();
  for (const chunk of chunks) hash.add(chunk);
  return hash.hex();
}
