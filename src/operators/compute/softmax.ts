import { isFloat, sizeOf, type Tensor } from '../../model/index.js';
import { rounded } from './matrix-product.js';
import { numbersOf } from './numbers.js';

/**
 * Softmax, or its logarithm, over groups of `count` elements that stand `step` apart; in float64, rounded once.
 * @param axes the first axis of a group and the one after its last
 */
export function softmaxOver(
  input: Tensor | undefined,
  [first, end]: readonly [number, number],
  isLogarithm: boolean,
): Tensor | undefined {
  const numbers = input && isFloat(input.dtype) ? numbersOf(input) : undefined;
  if (!input || !numbers) return undefined;
  const count = sizeOf(input.shape.slice(first, end));
  const step = sizeOf(input.shape.slice(end));
  const result = new Float64Array(numbers.length);
  for (let block = 0; block < numbers.length; block += count * step) {
    for (let start = block; start < block + step; start++) {
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
  }
  return rounded(input, input.shape, result);
}

/** 1 where the first maximum of each group stands, else 0; undefined where there is NaN, which is no maximum for all. */
export function hardmaxOver(input: Tensor, [first, end]: readonly [number, number]): Tensor | undefined {
  const numbers = isFloat(input.dtype) ? numbersOf(input) : undefined;
  if (!numbers || numbers.some(Number.isNaN)) return undefined;
  const count = sizeOf(input.shape.slice(first, end));
  const step = sizeOf(input.shape.slice(end));
  const result = new Float64Array(numbers.length);
  for (let block = 0; block < numbers.length; block += count * step) {
    for (let start = block; start < block + step; start++) {
      let best = start;
      for (let i = 1; i < count; i++)
        if ((numbers[start + i * step] ?? 0) > (numbers[best] ?? 0)) best = start + i * step;
      result[best] = 1;
    }
  }
  return rounded(input, input.shape, result);
}
