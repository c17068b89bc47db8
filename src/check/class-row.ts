import { isFloat, type Tensor } from '../model/index.js';

/** The classes that source and artefact choose in one row of an output of rank 2, best first, five of each at most. */
export interface ClassRow {
  readonly source: readonly number[];
  readonly artefact: readonly number[];
  /** How far the source's best leads its second, in the output's own unit. */
  readonly lead: number;
  /** The probability that each gives to the source's best class. */
  readonly confidence: readonly [source: number, artefact: number];
  /** Kullback-Leibler divergence of the artefact's probabilities from the source's, in nats. */
  readonly divergence: number;
}

const BEST = 5;
/** Sums of rounded probabilities are off by less. */
const SUM_TOLERANCE = 1e-2;
/** A probability of 0 counts as this, the smallest normal float32. */
const LEAST = 2 ** -126;

/** @param source [N, C], and the artefact's in the same axes; nothing for other shapes, and where a number is not finite */
export function classRows(source: Tensor, artefact: Tensor): ClassRow[] {
  const [rows = 0, classes = 0] = source.shape;
  if (source.shape.length !== 2 || artefact.shape.join() !== source.shape.join() || classes < 2) return [];
  if (!isFloat(source.dtype) || !isFloat(artefact.dtype)) return [];
  const [a, b] = [source.toFloat64(), artefact.toFloat64()];
  if (![a, b].every((values) => values.every(Number.isFinite))) return [];
  return Array.from({ length: rows }, (_, row) => {
    const part = (values: Float64Array) => values.subarray(row * classes, (row + 1) * classes);
    return classRow(part(a), part(b));
  });
}

function classRow(a: Float64Array, b: Float64Array): ClassRow {
  const source = best(a);
  const [first = 0, second = 0] = source;
  const isShares = isDistribution(a);
  const [p, q] = isShares ? [a, b] : [softmax(a), softmax(b)];
  return {
    source,
    artefact: best(b),
    lead: (a[first] ?? 0) - (a[second] ?? 0),
    confidence: [p[first] ?? 0, q[first] ?? 0],
    divergence: p.reduce(
      (sum, share, k) => sum + share * Math.log(Math.max(share, LEAST) / Math.max(q[k] ?? 0, LEAST)),
      0,
    ),
  };
}

/** Indices of the largest values, the first of equal ones first. */
function best(values: Float64Array): number[] {
  const found: number[] = [];
  for (let k = 0; k < values.length; k++) {
    let place = found.length;
    while (place > 0 && (values[found[place - 1] ?? 0] ?? 0) < (values[k] ?? 0)) place--;
    if (place < BEST) found.splice(place, 0, k);
    if (found.length > BEST) found.pop();
  }
  return found;
}

/** Whether values are probabilities already. */
function isDistribution(values: Float64Array): boolean {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.every((value) => value >= 0) && Math.abs(sum - 1) <= SUM_TOLERANCE;
}

function softmax(values: Float64Array): Float64Array {
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
