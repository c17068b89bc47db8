// JavaScript, as engines' processes read it as it is.

/**
 * Bytes in all chunks together.
 * @param {readonly Uint8Array[]} chunks
 * @returns {number}
 */
export function countBytes(chunks) {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/**
 * Chunks one after the other, in memory of their own.
 * @param {readonly Uint8Array[]} chunks
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function concatBytes(chunks) {
  const whole = new Uint8Array(countBytes(chunks));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * Chunks one after the other, to be read: a single one is given back as it is.
 * @param {readonly Uint8Array[]} chunks
 * @returns {Uint8Array}
 */
export function asOneChunk(chunks) {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : concatBytes(chunks);
}
