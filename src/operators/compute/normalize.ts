import { isFloat, sizeOf, type Tensor } from '../../model/index.js';
import { placesIn } from './broadcast-walk.js';
import { rounded } from './matrix-product.js';
import { numbersOf } from './numbers.js';

/** Mean and variance of every group of elements, and in which group each element is. */
export interface Moments {
  readonly means: Float64Array;
  readonly variances: Float64Array;
  groupOf(place: number): number;
}

/** Of the elements that lie together along `axes`; in float64, and the variance of differences, so that nothing cancels. */
export function momentsOver(numbers: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): Moments {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const places = placesIn(kept, shape);
  const groupOf = (place: number) => places?.[place] ?? place;
  const count = sizeOf(shape) / Math.max(sizeOf(kept), 1);
  const [means, variances] = [new Float64Array(sizeOf(kept)), new Float64Array(sizeOf(kept))];
  const addTo = (sums: Float64Array, group: number, x: number) => {
    sums[group] = (sums[group] ?? 0) + x / count;
  };
  for (let i = 0; i < numbers.length; i++) addTo(means, groupOf(i), numbers[i] ?? 0);
  for (let i = 0; i < numbers.length; i++) {
    const group = groupOf(i);
    addTo(variances, group, ((numbers[i] ?? 0) - (means[group] ?? 0)) ** 2);
  }
  return { means, variances, groupOf };
}

/** A factor or a summand for each element: the tensor, and the shape under which it broadcasts; absent: neutral. */
export interface Broadcast {
  readonly tensor: Tensor | undefined;
  readonly shape: readonly number[];
}

/** `scale * f(x, place) + bias`, rounded once; undefined for other than floats of one type. */
export function scaledAndShifted(
  input: Tensor,
  f: (x: number, place: number) => number,
  scale: Broadcast | undefined,
  bias: Broadcast | undefined,
): Tensor | undefined {
  const numbers = isFloat(input.dtype) ? numbersOf(input) : undefined;
  const [factors, summands] = [scale, bias].map((part) => elementsOf(part, input.shape));
  if (!numbers || !factors || !summands) return undefined;
  const result = new Float64Array(input.size);
  for (let i = 0; i < result.length; i++) result[i] = factors(i, 1) * f(numbers[i] ?? 0, i) + summands(i, 0);
  return rounded(input, input.shape, result);
}

function elementsOf(part: Broadcast | undefined, shape: readonly number[]) {
  const { tensor } = part ?? {};
  if (!part || !tensor) return (_: number, neutral: number) => neutral;
  const numbers = numbersOf(tensor);
  const places = placesIn(part.shape, shape);
  return numbers && ((place: number) => numbers[places?.[place] ?? place] ?? 0);
}

/** The sum of `f` over the elements that lie together along `axes`, asked for by the place of any of them. */
export function sumsOver(input: Tensor, axes: readonly number[], f: (x: number) => number) {
  const numbers = isFloat(input.dtype) ? numbersOf(input) : undefined;
  if (!numbers) return undefined;
  const kept = input.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const places = placesIn(kept, input.shape);
  const sums = new Float64Array(sizeOf(kept));
  numbers.forEach((x, i) => {
    const group = places?.[i] ?? i;
    sums[group] = (sums[group] ?? 0) + f(x);
  });
  return { count: input.size / Math.max(sums.length, 1), of: (place: number) => sums[places?.[place] ?? place] ?? 0 };
}

/** The parameters of `LRN`, by the letters of the standard. */
export interface LocalResponse {
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
  /** Channels in a window; of an even number the one more is behind. */
  readonly size: number;
}

/** X [N, C, D…] over what the squares of the channels around give; in float64, rounded once. undefined for other than floats. */
export function overNeighbours(input: Tensor, { alpha, beta, bias, size }: LocalResponse): Tensor | undefined {
  const numbers = isFloat(input.dtype) ? numbersOf(input) : undefined;
  const [, channels = 1] = input.shape;
  const plane = sizeOf(input.shape.slice(2));
  if (!numbers) return undefined;
  const [before, behind] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const result = new Float64Array(numbers.length);
  for (let i = 0; i < result.length; i++) {
    const channel = Math.floor(i / plane) % channels;
    let sum = 0;
    for (let c = Math.max(0, channel - before); c <= Math.min(channels - 1, channel + behind); c++) {
      sum += (numbers[i + (c - channel) * plane] ?? 0) ** 2;
    }
    result[i] = (numbers[i] ?? 0) / (bias + (alpha / size) * sum) ** beta;
  }
  return rounded(input, input.shape, result);
}
