import { isFloat, isInteger, sizeOf, type Tensor } from '../../model/index.js';
import { rounded } from './matrix-product.js';
import { bigZeros, numbersOf, tensorOf, zeros } from './numbers.js';

/** How a running result grows: from `start` by `step`; integers exactly, and the end wraps. */
export interface Cumulation {
  readonly start: 0 | 1;
  step(total: number, x: number): number;
  exactStep(total: bigint, x: bigint): bigint;
}

/** Which elements a running total takes in. */
export interface Direction {
  /** The element itself is left out. */
  readonly exclusive: boolean;
  /** From the end of the axis to its begin. */
  readonly reverse: boolean;
}

/** The running result along an axis; floats in float64, each rounded once. undefined for other than numbers. */
export function cumulate(input: Tensor, axis: number, direction: Direction, way: Cumulation): Tensor | undefined {
  const { dtype, shape, size } = input;
  if (isFloat(dtype)) {
    const numbers = numbersOf(input);
    if (!numbers) return undefined;
    const sums = new Float64Array(size);
    run(shape, axis, direction, numbers, sums, way.start, way.step);
    return rounded(input, shape, sums);
  }
  if (!isInteger(dtype)) return undefined;
  const totals = new Array<bigint>(size).fill(0n);
  const step = (total: bigint, x: bigint) => BigInt.asIntN(64, way.exactStep(total, x));
  run(shape, axis, direction, input.toBigInts(), totals, BigInt(way.start), step);
  const bigs = bigZeros(dtype, size);
  const result = bigs ?? zeros(dtype, size);
  totals.forEach((total, i) => {
    if (bigs) bigs[i] = total;
    else if (result) result[i] = Number(BigInt.asIntN(32, total));
  });
  return result && tensorOf(dtype, shape, result);
}

function run<T>(
  shape: readonly number[],
  axis: number,
  { exclusive, reverse }: Direction,
  elements: ArrayLike<T>,
  totals: { [index: number]: T },
  start: T,
  step: (total: T, x: T) => T,
): void {
  const count = shape[axis] ?? 1;
  const stride = sizeOf(shape.slice(axis + 1));
  for (let block = 0; block < elements.length; block += count * stride) {
    for (let line = block; line < block + stride; line++) {
      let total = start;
      for (let i = 0; i < count; i++) {
        const at = line + (reverse ? count - 1 - i : i) * stride;
        const before = total;
        total = step(total, elements[at] as T);
        totals[at] = exclusive ? before : total;
      }
    }
  }
}
