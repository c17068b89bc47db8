/**
 * Memory for weights that is used again. Every branch of a block needs an array as large as its kernel for a moment; fresh
 * memory for each costs more than the arithmetic (half of fusing MobileOne S0), as the system clears it.
 */
const spare: ArrayBuffer[] = [];
const MOST = 4;
const LARGEST_KEPT = 2 ** 25;

/** Zeros in float64. */
export function takeZeros(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(take(8 * length), 0, length).fill(0);
}

/** Float32 numbers that a file may hold at any byte, as an array. */
export function takeFloat32(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const buffer = take(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return new Float32Array(buffer, 0, bytes.length / 4);
}

/** Memory of at least so many bytes, whatever it holds. */
function take(bytes: number): ArrayBuffer {
  const at = spare.findIndex((buffer) => buffer.byteLength >= bytes);
  const [buffer] = at < 0 ? [] : spare.splice(at, 1);
  return buffer ?? new ArrayBuffer(bytes);
}

/** Nobody reads the array any more. */
export function giveBack({ buffer }: Float32Array | Float64Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength > LARGEST_KEPT) return;
  // The smallest that fits is taken first, and let go first.
  spare.push(buffer);
  spare.sort((a, b) => a.byteLength - b.byteLength);
  if (spare.length > MOST) spare.shift();
}
