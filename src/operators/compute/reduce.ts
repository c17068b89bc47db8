import { bitsOf, isFloat, isInteger, sizeOf, type Tensor } from '../../model/index.js';
import { greaterOf, lesserOf } from './big-integers.js';
import { placesIn } from './broadcast-walk.js';
import { bigIntegersOf, bigZeros, numbersOf, tensorOf, zeros } from './numbers.js';

/** How one element of the result grows out of many: `start`, then `step` for each, then `finish`. */
export interface Reducer {
  readonly start: number;
  step(sum: number, x: number): number;
  finish?(sum: number, count: number): number;
  /** The same for integers, exactly. Absent: integers decline. */
  readonly exact?: { readonly start: bigint; step(sum: bigint, x: bigint): bigint };
  /** There is nothing to give for no elements. */
  readonly needsElements?: boolean;
}

const sum = (total: number, x: number) => total + x;
/** `log(exp(a) + exp(b))`, where the exponentials themselves may be infinite. */
function logOfSum(a: number, b: number): number {
  const highest = Math.max(a, b);
  return Number.isFinite(highest) ? highest + Math.log1p(Math.exp(Math.min(a, b) - highest)) : highest;
}
const exactSum = { start: 0n, step: (total: bigint, x: bigint) => total + x };

/**
 * By operator. Sums of floats are made in float64 and rounded once: engines add in an order of their own, so a sum of more
 * than two has no one right last bit in float32.
 */
export const REDUCERS: ReadonlyMap<string, Reducer> = new Map<string, Reducer>([
  ['ReduceSum', { start: 0, step: sum, exact: exactSum }],
  ['ReduceMean', { start: 0, step: sum, finish: (total, count) => total / count, needsElements: true }],
  [
    'ReduceMax',
    {
      start: Number.NEGATIVE_INFINITY,
      step: Math.max,
      exact: { start: -(2n ** 64n), step: greaterOf },
      needsElements: true,
    },
  ],
  [
    'ReduceMin',
    {
      start: Number.POSITIVE_INFINITY,
      step: Math.min,
      exact: { start: 2n ** 64n, step: lesserOf },
      needsElements: true,
    },
  ],
  ['ReduceProd', { start: 1, step: (total, x) => total * x, exact: { start: 1n, step: (total, x) => total * x } }],
  ['ReduceL1', { start: 0, step: (total, x) => total + Math.abs(x) }],
  ['ReduceL2', { start: 0, step: (total, x) => total + x * x, finish: Math.sqrt }],
  ['ReduceLogSumExp', { start: Number.NEGATIVE_INFINITY, step: logOfSum }],
  ['ReduceLogSum', { start: 0, step: sum, finish: Math.log }],
  [
    'ReduceSumSquare',
    { start: 0, step: (total, x) => total + x * x, exact: { start: 0n, step: (total, x) => total + x * x } },
  ],
]);

/**
 * @param axes counted from the front, each once
 * @returns undefined for types that the reducer declines, and where an integer leaves its type
 */
export function reduce(
  input: Tensor,
  axes: readonly number[],
  keepDims: boolean,
  reducer: Reducer,
): Tensor | undefined {
  const { dtype, shape } = input;
  const kept = shape.map((d, axis) => (axes.includes(axis) ? 1 : d));
  const count = sizeOf(shape.filter((_, axis) => axes.includes(axis)));
  if (count === 0 && reducer.needsElements) return undefined;
  const result = isFloat(dtype)
    ? reduceFloats(input, kept, count, reducer)
    : isInteger(dtype)
      ? reduceIntegers(input, kept, reducer)
      : undefined;
  if (!result) return undefined;
  return tensorOf(dtype, keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis)), result);
}

function reduceFloats(input: Tensor, kept: readonly number[], count: number, reducer: Reducer) {
  const numbers = numbersOf(input);
  const result = zeros(input.dtype, sizeOf(kept));
  if (!numbers || !result) return undefined;
  // Engines differ in whether an extreme passes over NaN.
  if (reducer.needsElements && !reducer.finish && numbers.some(Number.isNaN)) return undefined;
  const places = placesIn(kept, input.shape);
  const sums = new Float64Array(result.length).fill(reducer.start);
  for (let i = 0; i < numbers.length; i++) {
    const place = places?.[i] ?? i;
    sums[place] = reducer.step(sums[place] ?? 0, numbers[i] ?? 0);
  }
  result.set(reducer.finish ? sums.map((total) => reducer.finish?.(total, count) ?? total) : sums);
  return result;
}

function reduceIntegers(input: Tensor, kept: readonly number[], reducer: Reducer) {
  const { exact } = reducer;
  if (!exact) return undefined;
  const [bits, wrap] = [bitsOf(input.dtype), input.dtype.startsWith('int') ? BigInt.asIntN : BigInt.asUintN];
  const size = sizeOf(kept);
  const sums = new Array<bigint>(size).fill(exact.start);
  const places = placesIn(kept, input.shape);
  const integers = bigIntegersOf(input) ?? input.toBigInts();
  for (let i = 0; i < integers.length; i++) {
    const place = places?.[i] ?? i;
    const total = exact.step(sums[place] ?? 0n, integers[i] ?? 0n);
    // One engine wraps there, another stays at the end of the range.
    if (wrap(bits, total) !== total) return undefined;
    sums[place] = total;
  }
  const bigs = bigZeros(input.dtype, size);
  const result = bigs ?? zeros(input.dtype, size);
  for (let i = 0; i < size; i++) {
    const total = sums[i] ?? 0n;
    if (bigs) bigs[i] = total;
    else if (result) result[i] = Number(total);
  }
  return result;
}
