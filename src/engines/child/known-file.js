// @ts-check
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { fill } from './pipe-frames.js';

/** @import { KnownFile } from '../protocol.js' */

/** Without O_NONBLOCK the open of a FIFO that somebody put there waits for a writer. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;

/**
 * The bytes of a file, where they still are the bytes that the parent has validated.
 * @param {KnownFile} file
 * @returns {Uint8Array<ArrayBuffer> | undefined}
 */
export function readKnown({ path, bytes, sha256 }) {
  let descriptor;
  try {
    descriptor = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size !== bytes) return undefined;
    const content = new Uint8Array(bytes);
    if (!fill(descriptor, content, 0)) return undefined;
    return createHash('sha256').update(content).digest('hex') === sha256 ? content : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
