import { isFloat, sizeOf, type Tensor } from '../../model/index.js';
import { rounded } from './matrix-product.js';
import { numbersOf } from './numbers.js';

/** The first axis of what is taken together, and the one after its last. */
type GroupAxes = readonly [first: number, end: number];

/** Where each group begins, how many elements it has and how far apart they stand. */
function groupsOf({ shape, size }: Tensor, [first, end]: GroupAxes) {
  const count = sizeOf(shape.slice(first, end));
  const step = sizeOf(shape.slice(end));
  const starts = Array.from({ length: size / count || 0 }, (_, i) => Math.floor(i / step) * count * step + (i % step));
  return { starts, count, step };
}

/** Softmax, or its logarithm, over groups of elements; in float64, rounded once. */
export function softmaxOver(input: Tensor, axes: GroupAxes, isLogarithm: boolean): Tensor | undefined {
  const numbers = isFloat(input.dtype) ? numbersOf(input) : undefined;
  if (!numbers) return undefined;
  const { starts, count, step } = groupsOf(input, axes);
  const result = new Float64Array(numbers.length);
  for (const start of starts) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) highest = Math.max(highest, numbers[start + i * step] ?? 0);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Math.exp((numbers[start + i * step] ?? 0) - highest);
    for (let i = 0; i < count; i++) {
      const at = start + i * step;
      const above = (numbers[at] ?? 0) - highest;
      result[at] = isLogarithm ? above - Math.log(sum) : Math.exp(above) / sum;
    }
  }
  return rounded(input, input.shape, result);
}

/** 1 where the first maximum of each group stands, else 0; undefined where there is NaN, which is no maximum for all. */
export function hardmaxOver(input: Tensor, axes: GroupAxes): Tensor | undefined {
  const numbers = isFloat(input.dtype) ? numbersOf(input) : undefined;
  if (!numbers || numbers.some(Number.isNaN)) return undefined;
  const { starts, count, step } = groupsOf(input, axes);
  const result = new Float64Array(numbers.length);
  for (const start of starts) {
    let best = start;
    for (let i = 1; i < count; i++)
      if ((numbers[start + i * step] ?? 0) > (numbers[best] ?? 0)) best = start + i * step;
    result[best] = 1;
  }
  return rounded(input, input.shape, result);
}
