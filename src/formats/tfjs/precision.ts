import { float16ArrayFrom } from '../../model/index.js';
import type { Precision } from '../format.js';
import type { StoredWeight, Weight } from './program.js';

/** Below this many elements a weight stays float32: the file gets no smaller and the answer worse. */
const LEAST_QUANTIZED = { fp16: 1024, int8: 64 };
const LARGEST_FLOAT16 = 65504;
/** The last of 256 steps. */
const MOST = 255;

/** How each weight is stored at a precision. What cannot be stored so stays float32, and is named. */
export function storeWeights(
  weights: readonly Weight[],
  precision: Precision | undefined,
): { weights: StoredWeight[]; notes: string[] } {
  const notes: string[] = [];
  if (precision !== 'fp16' && precision !== 'int8') return { weights: [...weights], notes };
  const stored = weights.map((weight) => {
    if (weight.dtype !== 'float32' || weight.keepsPrecision) return weight;
    if (weight.shape.reduce((a, b) => a * b, 1) < LEAST_QUANTIZED[precision]) return weight;
    const [low, high] = rangeOf(weight.elements());
    if (!Number.isFinite(low) || !Number.isFinite(high)) {
      notes.push(`${weight.name} stays float32: it holds numbers that are not finite`);
      return weight;
    }
    if (precision === 'int8') return { ...weight, quantization: stepsBetween(low, high) };
    if (Math.max(-low, high) > LARGEST_FLOAT16) {
      notes.push(`${weight.name} stays float32: it holds numbers beyond ${LARGEST_FLOAT16}`);
      return weight;
    }
    return { ...weight, quantization: { dtype: 'float16' as const } };
  });
  return { weights: stored, notes };
}

/**
 * 256 steps that reach from one number to another. Where 0 lies between, it is one of them: a kernel that is mostly zeros would
 * else add a little of every pixel to each of its answers, all with one sign.
 */
function stepsBetween(low: number, high: number): { dtype: 'uint8'; scale: number; min: number } {
  if (low > 0 || high < 0 || low === high) return { dtype: 'uint8', scale: (high - low) / MOST || 1, min: low };
  const share = Math.round((MOST * -low) / (high - low));
  const zero = Math.min(Math.max(share, low < 0 ? 1 : 0), high > 0 ? MOST - 1 : MOST);
  const scale = Math.max(low < 0 ? -low / zero : 0, high > 0 ? high / (MOST - zero) : 0);
  return { dtype: 'uint8', scale, min: zero === 0 ? 0 : -(zero * scale) };
}

/** Least and greatest element; NaN or infinite where one of them is. */
function rangeOf(elements: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] ?? 0;
    if (Number.isNaN(element)) return [element, element];
    if (element < low) low = element;
    if (element > high) high = element;
  }
  return [low, high];
}

/** The bytes of a weight as the file holds them. */
export function storedBytes({ quantization, elements }: StoredWeight): Uint8Array {
  const values = elements();
  if (!quantization) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (quantization.dtype === 'uint8') {
    const { scale, min } = quantization;
    const steps = new Uint8Array(values.length);
    for (let i = 0; i < values.length; i++) steps[i] = Math.round(((values[i] ?? 0) - min) / scale);
    return steps;
  }
  return new Uint8Array(float16ArrayFrom(Float32Array.from(values)).bits.buffer);
}
