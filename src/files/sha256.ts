import { createHash } from 'node:crypto';

/** A hash takes at most 2^31 - 1 bytes at a time. */
const LARGEST_UPDATE = 2 ** 30;

/** Lower-case hexadecimal SHA-256 of the chunks in order. */
export function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += LARGEST_UPDATE) hash.update(chunk.subarray(at, at + LARGEST_UPDATE));
  }
  return hash.digest('hex');
}
