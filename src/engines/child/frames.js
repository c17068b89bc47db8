// @ts-check
/**
 * What travels between this process and an engine's: frames of one JSON header and any number of byte arrays, which
 * are never encoded. Plain JavaScript, as all of this folder: Node starts it as it lies there, from `src` and `dist` alike.
 * A frame is the header's length (uint32, little-endian), the header (UTF-8), and the arrays one after the other;
 * the header's `sizes` are their lengths in bytes.
 */
import { readSync, writeSync } from 'node:fs';
import { countBytes } from '../../model/chunks.js';

/** @typedef {{ readonly header: unknown, readonly attachments: readonly Uint8Array<ArrayBuffer>[] }} Frame */

/** Most bytes in one call: Node gives counts back in 32 bits. */
const LARGEST_TRANSFER = 2 ** 30;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Takes a frame apart. Yields the buffer to fill next, so that one description serves the side that may block and the
 * side that may not; every array gets memory of its own and is aligned for all element types.
 * @returns {Generator<Uint8Array<ArrayBuffer>, Frame, void>}
 */
export function* receiveFrame() {
  const prefix = new Uint8Array(4);
  yield prefix;
  const text = new Uint8Array(new DataView(prefix.buffer).getUint32(0, true));
  yield text;
  /** @type {{ header: unknown, sizes: number[] }} */
  const { header, sizes } = JSON.parse(decoder.decode(text));
  const attachments = [];
  for (const size of sizes) {
    const attachment = new Uint8Array(size);
    if (size > 0) yield attachment;
    attachments.push(attachment);
  }
  return { header, attachments };
}

/**
 * The pieces of a frame, in the order in which they are written. An attachment may come in chunks.
 * @param {unknown} header anything that JSON can say
 * @param {readonly (readonly Uint8Array[])[]} attachments
 * @returns {Uint8Array[]}
 */
export function frameOf(header, attachments) {
  const sizes = attachments.map(countBytes);
  const text = encoder.encode(JSON.stringify({ header, sizes }));
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, text.length, true);
  return [prefix, text, ...attachments.flat().filter((chunk) => chunk.length > 0)];
}

/**
 * Waits for the next frame.
 * @param {number} descriptor of a blocking pipe
 * @returns {Frame | undefined} undefined where the other side has closed
 */
export function readFrame(descriptor) {
  const frame = receiveFrame();
  for (let next = frame.next(); ; next = frame.next()) {
    if (next.done) return next.value;
    if (!fill(descriptor, next.value, null)) return undefined;
  }
}

/**
 * Reads until `bytes` is full.
 * @param {number} descriptor
 * @param {Uint8Array} bytes
 * @param {number | null} offset of the file; null: from where the last read ended
 * @returns {boolean} false where the file or pipe ends before
 */
export function fill(descriptor, bytes, offset) {
  for (let filled = 0; filled < bytes.length; ) {
    const wanted = Math.min(bytes.length - filled, LARGEST_TRANSFER);
    const count = readSync(descriptor, bytes, filled, wanted, offset === null ? null : offset + filled);
    if (count < 1 || count > wanted) return false;
    filled += count;
  }
  return true;
}

/**
 * @param {number} descriptor of a blocking pipe
 * @param {unknown} header
 * @param {readonly Uint8Array[]} [attachments]
 */
export function writeFrame(descriptor, header, attachments = []) {
  const pieces = frameOf(
    header,
    attachments.map((bytes) => [bytes]),
  );
  for (const piece of pieces) {
    for (let written = 0; written < piece.length; ) {
      const given = Math.min(piece.length - written, LARGEST_TRANSFER);
      const count = writeSync(descriptor, piece, written, given);
      if (count < 1 || count > given) throw new Error(`a write of ${given} bytes is answered with ${count}`);
      written += count;
    }
  }
}
