import { isFloat, isInteger, sizeOf, Tensor } from '../../model/index.js';
import { Cells } from './cells.js';
import { bigIntegersOf, numbersOf } from './numbers.js';

/** Whether the element at `a` goes before the one at `b`. */
type Before = (a: number, b: number) => boolean;

/** How elements compare, equal ones not at all; undefined where there is NaN, which has no place, and for no numbers. */
function comparison(input: Tensor, largest: boolean): Before | undefined {
  const isNumber = isFloat(input.dtype) || isInteger(input.dtype);
  const elements = isNumber ? (numbersOf(input) ?? bigIntegersOf(input)) : undefined;
  if (!elements || (isFloat(input.dtype) && input.toFloat64().some(Number.isNaN))) return undefined;
  const at = (place: number) => elements[place] ?? 0;
  return largest ? (a, b) => at(a) > at(b) : (a, b) => at(a) < at(b);
}

/** Calls `visit` with the place of the first element of every line along `axis`, and how far the next is. */
function forEachLine(shape: readonly number[], axis: number, visit: (first: number, step: number) => void): void {
  const step = sizeOf(shape.slice(axis + 1));
  const block = step * (shape[axis] ?? 1);
  for (let start = 0; start < sizeOf(shape); start += block) {
    for (let i = 0; i < step; i++) visit(start + i, step);
  }
}

/** Where the greatest (or least) of every line along an axis stands in it, as int64. */
export function placesOfExtremes(
  input: Tensor,
  axis: number,
  { largest, last, keepDims }: { largest: boolean; last: boolean; keepDims: boolean },
): Tensor | undefined {
  const isBefore = comparison(input, largest);
  const count = input.shape[axis] ?? 1;
  if (!isBefore || count === 0) return undefined;
  const found: number[] = [];
  forEachLine(input.shape, axis, (first, step) => {
    let best = 0;
    for (let i = 1; i < count; i++) {
      const [a, b] = [first + i * step, first + best * step];
      if (isBefore(a, b) || (last && !isBefore(b, a))) best = i;
    }
    found.push(best);
  });
  const kept = input.shape.map((size, i) => (i === axis ? 1 : size));
  return Tensor.from('int64', keepDims ? kept : kept.filter((_, i) => i !== axis), found);
}

/** The first k of every line along an axis in order, equal ones as they stand, and where they stood, as int64. */
export function firstOfEach(input: Tensor, axis: number, k: number, largest: boolean): Tensor[] | undefined {
  const isBefore = comparison(input, largest);
  const shape = input.shape.map((size, i) => (i === axis ? k : size));
  const [source, values] = [Cells.of(input), Cells.zeros(input.dtype, sizeOf(shape))];
  if (!isBefore || !source || !values) return undefined;
  const places = new Float64Array(sizeOf(shape));
  const count = input.shape[axis] ?? 1;
  let line = 0;
  forEachLine(input.shape, axis, (first, step) => {
    const order = Array.from({ length: count }, (_, i) => first + i * step);
    order.sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : a - b));
    const to = Math.floor(line / step) * step * k + (line % step);
    order.slice(0, k).forEach((place, i) => {
      values.copy(to + i * step, source, place);
      places[to + i * step] = (place - first) / step;
    });
    line++;
  });
  return [values.toTensor(shape), Tensor.from('int64', shape, places)];
}
