/** Conversions of the 16-bit floating-point types. Bits are unsigned 16-bit numbers; rounding is to nearest, ties to even. */

const scratch = new DataView(new ArrayBuffer(8));
let float16Values: Float32Array | undefined;

/** The value of IEEE binary16 bits, subnormals, infinities and NaN included. */
export function float16ToNumber(bits: number): number {
  float16Values ??= Float32Array.from({ length: 65536 }, (_, i) => decodeFloat16(i));
  return float16Values[bits] ?? Number.NaN;
}

function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** IEEE binary16 bits of a number, rounded once from float64. From 65520 on the result is infinity. */
export function numberToFloat16(value: number): number {
  scratch.setFloat64(0, value);
  const sign = (scratch.getUint8(0) & 0x80) << 8;
  if (Number.isNaN(value)) return sign | 0x7e00;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 the step is 2^-24 throughout; above, 2^-10 of the leading power of two.
  const exponent = magnitude < 2 ** -14 ? -14 : ((scratch.getUint16(0) >> 4) & 0x7ff) - 1023;
  const steps = roundHalfToEven(magnitude * 2 ** (10 - exponent));
  return sign | (((exponent + 14) << 10) + steps);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}

/** The value of bfloat16 bits: the upper half of a float32. */
export function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** bfloat16 bits of a number. Rounds to float32 with the low bit sticky, so that two roundings cannot differ from one. */
export function numberToBfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  scratch.setFloat32(0, value);
  let bits = scratch.getUint32(0);
  const rounded = scratch.getFloat32(0);
  if (rounded !== value && Number.isFinite(rounded)) {
    if (Math.abs(rounded) > Math.abs(value)) bits -= 1;
    bits |= 1;
  }
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
