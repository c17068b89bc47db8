/** What rounding an array to binary16 gave. */
export interface Float16Array {
  /** IEEE binary16 bits, in the order of the source. */
  readonly bits: Uint16Array<ArrayBuffer>;
  /** A finite number became infinite: its magnitude was 65520 or more. */
  readonly overflows: boolean;
}

const SMALLEST_NORMAL = 0x38800000; // 2^-14, the float32 bits from which binary16 is normal
const FIRST_INFINITE = 0x477ff000; // 65520, halfway between 65504 and the power of two that binary16 lacks
const INFINITE = 0x7f800000;

/**
 * Float32 numbers as binary16 bits, each rounded once to nearest, ties to even. Works on whole arrays of bits, because
 * weights come by the million: one number at a time through a float64 costs seven times as much.
 */
export function float16ArrayFrom(values: Float32Array): Float16Array {
  const aligned = values.byteOffset % 4 === 0 ? values : values.slice();
  const source = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length);
  const bits = new Uint16Array(source.length);
  let overflows = false;
  for (let i = 0; i < source.length; i++) {
    const whole = source[i] ?? 0;
    const sign = (whole >>> 16) & 0x8000;
    const magnitude = whole & 0x7fffffff;
    if (magnitude >= SMALLEST_NORMAL && magnitude < FIRST_INFINITE) {
      // The exponent's bias falls from 127 to 15, 13 bits of the fraction go; a carry runs into the exponent, as it should.
      bits[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    } else if (magnitude < SMALLEST_NORMAL) {
      bits[i] = sign | subnormal(magnitude);
    } else {
      bits[i] = sign | (magnitude > INFINITE ? 0x7e00 : 0x7c00);
      if (magnitude < INFINITE) overflows = true;
    }
  }
  return { bits, overflows };
}

/**
 * The same for a constant: a single number that would vanish is an epsilon or a divisor, so that it keeps its sign and becomes
 * the smallest step, 2^-24.
 */
export function float16ConstantFrom(values: Float32Array): Float16Array {
  const rounded = float16ArrayFrom(values);
  const [bits = 0] = rounded.bits;
  if (values.length === 1 && values[0] !== 0 && (bits & 0x7fff) === 0) rounded.bits[0] = bits | 1;
  return rounded;
}

/** Steps of 2^-24 nearest to a float32 magnitude below 2^-14. Integers only: a sum in float64 would round twice. */
function subnormal(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const floor = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (floor & 1) === 1) ? floor + 1 : floor;
}
