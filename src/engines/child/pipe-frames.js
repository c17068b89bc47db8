// @ts-check
/** Frames read from and written to a pipe by a process that has nothing else to do meanwhile. */
import { readSync, writeSync } from 'node:fs';
import { frameOf, receiveFrame } from './frames.js';

/** @import { Frame } from './frames.js' */

/** Most bytes in one call: Node gives counts back in 32 bits. */
const LARGEST_TRANSFER = 2 ** 30;

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
