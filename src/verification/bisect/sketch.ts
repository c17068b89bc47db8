import type { Tensor } from '../../model/index.js';
import { Random } from '../../trials/random.js';

/** So many sums stand for a value: they tell distances within a fifth, and two values that are not alike never agree in all. */
const SUMS = 16;
/** Prime, so that no axis of a tensor keeps step with it. */
const PERIOD = 8191;
/** Mean square of a weight: they are uniform in [-1, 1). */
const MEAN_SQUARE = 1 / 3;

const random = new Random(1);
const WEIGHTS = Float64Array.from({ length: PERIOD + SUMS }, () => 2 * random.uniform() - 1);

/** A few numbers by which values are compared when they are no longer held. */
export interface Sketch {
  readonly shape: readonly number[];
  /** Sums over all elements with seeded weights. */
  readonly sums: Float64Array;
  /** Euclidean. */
  readonly length: number;
}

/** The numbers that stand for a value, however large it is. */
export function sketch(tensor: Tensor): Sketch {
  const values = tensor.toFloat64();
  const sums = new Float64Array(SUMS);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    squares += value * value;
    const at = (i * SUMS) % PERIOD;
    for (let k = 0; k < SUMS; k++) sums[k] = (sums[k] ?? 0) + value * (WEIGHTS[at + k] ?? 0);
  }
  return { shape: tensor.shape, sums, length: Math.sqrt(squares) };
}

/**
 * About ||a - b|| / ||a||; infinite where sizes differ, or there is nothing to compare.
 * @param a the reference's
 */
export function distanceOf(a: Sketch, b: Sketch): number {
  if (a.shape.join() !== b.shape.join() || a.length === 0) return Number.POSITIVE_INFINITY;
  const squares = a.sums.reduce((sum, value, k) => sum + (value - (b.sums[k] ?? 0)) ** 2, 0);
  const distance = Math.sqrt(squares / SUMS / MEAN_SQUARE) / a.length;
  return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
}
