import { isFloat, isInteger, Tensor } from '../../model/index.js';
import { alignPair } from './broadcast-walk.js';
import { isSingle } from './numbers.js';

/**
 * A to the power B. Floats are computed in float64 and rounded once, but for a cube, which engines make of two products.
 * Integers only where float64 holds the result exactly, which is how ONNX Runtime gets there.
 */
export function power(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  if (!a || !b) return undefined;
  const { dtype } = a;
  if (!isFloat(dtype) && !isInteger(dtype)) return undefined;
  if (!isFloat(b.dtype) && !isInteger(b.dtype)) return undefined;
  const aligned = alignPair(a, b);
  if (!aligned) return undefined;
  const { shape, size, placesA, placesB } = aligned;
  const [x, y] = [a.toFloat64(), b.toFloat64()];
  const isCube = isSingle(dtype) && b.size === 1 && y[0] === 3;
  const result = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const base = x[placesA?.[i] ?? i] ?? 0;
    const exponent = y[placesB?.[i] ?? i] ?? 0;
    result[i] = isCube ? Math.fround(base * base) * base : powerOf(base, exponent);
  }
  if (isInteger(dtype) && !result.every((value) => Number.isSafeInteger(value))) return undefined;
  return isSingle(dtype) ? Tensor.from(dtype, shape, Float32Array.from(result)) : Tensor.from(dtype, shape, result);
}

/** C's pow, which unlike JavaScript's takes 1 to any power for 1, NaN and infinities included. */
function powerOf(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}
