/**
 * Memory for weights in float64 that is used again. Every branch of a block needs an array as large as its kernel for a
 * moment; fresh memory for each costs more than the arithmetic (half of fusing MobileOne S0), as the system clears it.
 */
const spare: ArrayBuffer[] = [];
const MOST = 4;
const LARGEST_KEPT = 2 ** 25;

/** An array of `length` numbers, whatever they are. */
export function takeArray(length: number): Float64Array<ArrayBuffer> {
  const at = spare.findIndex((buffer) => buffer.byteLength >= 8 * length);
  const [buffer] = at < 0 ? [] : spare.splice(at, 1);
  return buffer ? new Float64Array(buffer, 0, length) : new Float64Array(length);
}

/** An array of zeros. */
export function takeZeros(length: number): Float64Array<ArrayBuffer> {
  return takeArray(length).fill(0);
}

/** Nobody reads the array any more. */
export function giveBack(array: Float64Array): void {
  if (!(array.buffer instanceof ArrayBuffer) || array.buffer.byteLength > LARGEST_KEPT || spare.length >= MOST) return;
  // The smallest that fits comes first.
  spare.push(array.buffer);
  spare.sort((a, b) => a.byteLength - b.byteLength);
}
