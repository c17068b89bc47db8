import { isFloat, isInteger, sizeOf, stridesOf, Tensor } from '../../model/index.js';
import { rounded } from './matrix-product.js';
import { numbersOf } from './numbers.js';
import { advance } from './odometer.js';

/** Letters for the axes of each operand and of the result. */
export interface Letters {
  readonly terms: readonly (readonly string[])[];
  readonly result: readonly string[];
}

/** Beyond this many factors a result is left to the engine: they would take about a second. */
const MOST_FACTORS = 4e7;
const EXACT = 2 ** 53;

interface Operand {
  readonly numbers: ArrayLike<number>;
  readonly strides: readonly number[];
}

/**
 * Sums of products over the letters that the result lacks, in float64, floats rounded once; undefined for other types, for
 * integers beyond 2^53, and where it is too large.
 */
export function einsumOf(tensors: readonly Tensor[], { terms, result }: Letters): Tensor | undefined {
  const [first] = tensors;
  if (!first || tensors.some(({ dtype }) => dtype !== first.dtype)) return undefined;
  if (!isFloat(first.dtype) && !isInteger(first.dtype)) return undefined;
  const sizes = sizesOfLetters(tensors, terms);
  const letters = [...result, ...[...sizes.keys()].filter((letter) => !result.includes(letter))];
  const extents = letters.map((letter) => sizes.get(letter) ?? 1);
  const shape = extents.slice(0, result.length);
  if (sizeOf(extents) > MOST_FACTORS / tensors.length) return undefined;
  const operands = tensors.map((tensor, i) => ({
    numbers: numbersOf(tensor) ?? tensor.toFloat64(),
    strides: stridesOfLetters(tensor.shape, terms[i] ?? [], letters),
  }));
  const sums = sumsOf(operands, extents, sizeOf(shape));
  if (isFloat(first.dtype)) return rounded(first, shape, sums);
  return isExact(operands, sizeOf(extents.slice(result.length))) ? wrapped(first, shape, sums) : undefined;
}

/** Line by line along the last letter, so that a step is an addition to each place. */
function sumsOf(operands: readonly Operand[], extents: readonly number[], count: number): Float64Array {
  const sums = new Float64Array(count);
  const [outer, length] = [extents.slice(0, -1), extents.at(-1) ?? 1];
  const lines = sizeOf(outer);
  const perSum = (lines * length) / Math.max(count, 1);
  const index = new Array<number>(outer.length).fill(0);
  const products = new Float64Array(length);
  for (let line = 0; line < lines; line++) {
    products.fill(1);
    for (const { numbers, strides } of operands) {
      const step = strides[outer.length] ?? 0;
      let place = index.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);
      for (let i = 0; i < length; i++) {
        products[i] = (products[i] ?? 0) * (numbers[place] ?? 0);
        place += step;
      }
    }
    for (let i = 0; i < length; i++) {
      const at = Math.floor((line * length + i) / perSum);
      sums[at] = (sums[at] ?? 0) + (products[i] ?? 0);
    }
    advance(index, outer);
  }
  return sums;
}

/** Whether no sum of so many products can leave the integers that float64 holds. */
function isExact(operands: readonly Operand[], summed: number): boolean {
  const largest = operands.map(({ numbers }) => {
    let most = 0;
    for (let i = 0; i < numbers.length; i++) most = Math.max(most, Math.abs(numbers[i] ?? 0));
    return most;
  });
  return largest.every((most) => most <= EXACT) && largest.reduce((product, most) => product * most, summed) <= EXACT;
}

function wrapped({ dtype }: Tensor, shape: readonly number[], sums: Float64Array): Tensor | undefined {
  const bits = Number(/\d+$/.exec(dtype)?.[0]);
  const wrap = dtype.startsWith('int') ? BigInt.asIntN : BigInt.asUintN;
  const integers = Array.from(sums, (sum) => wrap(bits, BigInt(sum)));
  if (bits === 64) return Tensor.fromBigInts(dtype === 'int64' ? 'int64' : 'uint64', shape, integers);
  return bits < 8 ? undefined : Tensor.from(dtype, shape, integers.map(Number));
}

/** An axis of size 1 stretches to what the letter is elsewhere. */
function sizesOfLetters(tensors: readonly Tensor[], terms: Letters['terms']): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [i, letters] of terms.entries()) {
    for (const [axis, letter] of letters.entries()) {
      const size = tensors[i]?.shape[axis] ?? 1;
      if ((sizes.get(letter) ?? 1) === 1) sizes.set(letter, size);
    }
  }
  return sizes;
}

/** How far a step of each letter is in an operand: a letter that stands twice walks the diagonal. */
function stridesOfLetters(shape: readonly number[], term: readonly string[], letters: readonly string[]): number[] {
  const own = stridesOf(shape);
  return letters.map((letter) =>
    term.reduce((sum, name, axis) => sum + (name === letter && shape[axis] !== 1 ? (own[axis] ?? 0) : 0), 0),
  );
}
