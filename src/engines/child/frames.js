// @ts-check
/**
 * What travels between this process and an engine's: frames of one JSON header and any number of byte arrays, which
 * are never encoded. Plain JavaScript, as all of this folder: Node starts it as it lies there, from `src` and `dist` alike.
 * A frame is the header's length (uint32, little-endian), the header (UTF-8), and the arrays one after the other;
 * the header's `sizes` are their lengths in bytes.
 */
import { countBytes } from '../../model/chunks.js';

/** @typedef {{ readonly header: unknown, readonly attachments: readonly Uint8Array<ArrayBuffer>[] }} Frame */

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
 * Takes frames out of what comes at any size.
 * @param {(frame: Frame) => void} onFrame
 * @returns {(chunk: Uint8Array) => void}
 */
export function takeFrames(onFrame) {
  let frame = receiveFrame();
  let wanted = frame.next();
  let filled = 0;
  return (chunk) => {
    for (let used = 0; used < chunk.length && !wanted.done; ) {
      const taken = chunk.subarray(used, used + wanted.value.length - filled);
      wanted.value.set(taken, filled);
      used += taken.length;
      filled += taken.length;
      if (filled < wanted.value.length) continue;
      filled = 0;
      wanted = frame.next();
      if (!wanted.done) continue;
      const whole = wanted.value;
      frame = receiveFrame();
      wanted = frame.next();
      onFrame(whole);
    }
  };
}
