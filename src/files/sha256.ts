import { createHash } from 'node:crypto';

/** Lower-case hexadecimal SHA-256 of the chunks in order. */
export function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
