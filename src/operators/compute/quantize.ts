import { type DataType, isFloat, sizeOf, type Tensor } from '../../model/index.js';
import { numbersOf, tensorOf, zeros } from './numbers.js';
import { roundHalfToEven } from './round.js';

/** Along which axis scales differ (undefined: one for all), and how many neighbours share one (0: no blocks). */
export interface Scales {
  readonly axis: number | undefined;
  readonly blockSize: number;
}

const LIMITS: ReadonlyMap<DataType, readonly [number, number]> = new Map([
  ['int8', [-128, 127]],
  ['uint8', [0, 255]],
  ['int16', [-32768, 32767]],
  ['uint16', [0, 65535]],
]);

/** `x / scale + zero point`, the quotient rounded to float32 and halves to even, and saturated; undefined for other types. */
export function quantized(
  input: Tensor,
  scale: Tensor,
  zeroPoint: Tensor | undefined,
  scales: Scales,
  to: DataType,
): Tensor | undefined {
  const [x, divisors, zero] = [numbersOf(input), numbersOf(scale), zeroPoint && numbersOf(zeroPoint)];
  const [result, limits] = [zeros(to, input.size), LIMITS.get(to)];
  if (input.dtype !== 'float32' || !x || !divisors || !result || !limits || x.some(Number.isNaN)) return undefined;
  const [least, most] = limits;
  const placeOf = scalePlaces(input.shape, scales);
  for (let i = 0; i < input.size; i++) {
    const at = placeOf(i);
    const whole = roundHalfToEven(Math.fround((x[i] ?? 0) / (divisors[at] ?? 1))) + (zero?.[at] ?? 0);
    result[i] = Math.min(Math.max(whole, least), most);
  }
  return tensorOf(to, input.shape, result);
}

/** The place of an element's scale and zero point. */
function scalePlaces(shape: readonly number[], { axis, blockSize }: Scales): (place: number) => number {
  if (axis === undefined) return () => 0;
  const size = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  if (blockSize === 0) return (place) => Math.floor(place / inner) % size;
  const blocks = Math.ceil(size / blockSize);
  return (place) => {
    const along = Math.floor(place / inner);
    const outer = Math.floor(along / size);
    return (outer * blocks + Math.floor((along % size) / blockSize)) * inner + (place % inner);
  };
}

/** `(x - zero point) * scale`; undefined for types that are no plain numbers. */
export function dequantized(
  input: Tensor,
  scale: Tensor,
  zeroPoint: Tensor | undefined,
  scales: Scales,
  to: DataType,
): Tensor | undefined {
  const [x, factors, zero] = [numbersOf(input), numbersOf(scale), zeroPoint && numbersOf(zeroPoint)];
  const result = zeros(to, input.size);
  if (!x || !factors || !result || !isFloat(to) || (zeroPoint && !zero)) return undefined;
  const placeOf = scalePlaces(input.shape, scales);
  for (let i = 0; i < input.size; i++) {
    const at = placeOf(i);
    result[i] = ((x[i] ?? 0) - (zero?.[at] ?? 0)) * (factors[at] ?? 1);
  }
  return tensorOf(to, input.shape, result);
}
