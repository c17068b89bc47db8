import { type Numbers, sizeOf, Tensor } from '../../model/index.js';
import { placesOfTaps } from './convolve.js';
import { MOST_MULTIPLY_ADDS, MOST_PLACES } from './matrix-product.js';
import { numbersOf, tensorOf, zeros } from './numbers.js';

/** Windows over the planes of X; `slid` are the sizes that they give, `pads` begins and then ends. */
export interface Windows {
  readonly kernelShape: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly slid: readonly number[];
}

/** What is made of the elements of X at `places`, those of one window, of which `counted` lie on X or its padding. */
type Gather = (numbers: Numbers, places: readonly number[], counted: number) => number;

/** One number for each window, in float64 and rounded once; undefined for other than numbers, and where it is too large. */
export function pooled(input: Tensor, windows: Windows, gather: Gather): Tensor | undefined {
  const numbers = numbersOf(input);
  const shape = [...input.shape.slice(0, 2), ...windows.slid];
  const result = zeros(input.dtype, sizeOf(shape));
  if (!numbers || !result || numbers.some(Number.isNaN)) return undefined;
  const isDone = forEachWindow(input, windows, (places, at, counted) => {
    result[at] = gather(numbers, places, counted);
  });
  return isDone ? tensorOf(input.dtype, shape, result) : undefined;
}

/** Where the greatest element of each window stands in the flattened X, the first of equal ones; `columnMajor` within a plane. */
export function placesOfMaxima(input: Tensor, windows: Windows, columnMajor: boolean): Tensor | undefined {
  const numbers = numbersOf(input);
  const shape = [...input.shape.slice(0, 2), ...windows.slid];
  const spatial = input.shape.slice(2);
  if (!numbers || numbers.some(Number.isNaN)) return undefined;
  const result = new Float64Array(sizeOf(shape));
  const isDone = forEachWindow(input, windows, (places, at) => {
    const place = greatest(numbers, places);
    result[at] = columnMajor ? columnMajorPlace(place, spatial) : place;
  });
  return isDone ? Tensor.from('int64', shape, result) : undefined;
}

/** The first place of the greatest. */
export function greatest(numbers: Numbers, places: readonly number[]): number {
  return places.reduce((best, place) => ((numbers[place] ?? 0) > (numbers[best] ?? 0) ? place : best), places[0] ?? 0);
}

function columnMajorPlace(place: number, spatial: readonly number[]): number {
  const plane = sizeOf(spatial);
  let rest = place % plane;
  let result = place - rest;
  // From the last axis, which is counted slowest.
  for (let axis = spatial.length - 1; axis >= 0; axis--) {
    const size = spatial[axis] ?? 1;
    result += (rest % size) * sizeOf(spatial.slice(0, axis));
    rest = Math.floor(rest / size);
  }
  return result;
}

/** @returns false where that is too much, or a window holds padding alone, of which engines make different things */
function forEachWindow(
  input: Tensor,
  { kernelShape, slid, ...window }: Windows,
  visit: (places: readonly number[], at: number, counted: number) => void,
): boolean {
  const spatial = input.shape.slice(2);
  const [planes, plane] = [sizeOf(input.shape.slice(0, 2)), sizeOf(spatial)];
  const [points, taps] = [sizeOf(slid), sizeOf(kernelShape)];
  if (points * taps > MOST_PLACES || planes * points * taps > MOST_MULTIPLY_ADDS / 10) return false;
  const { pads } = window;
  const padded = spatial.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + spatial.length] ?? 0));
  const insideOf = (sizes: readonly number[], begins: readonly number[]) => {
    const places = placesOfTaps(sizes, kernelShape, slid, { ...window, pads: begins, group: 1 });
    return (point: number) => places.subarray(point * taps, (point + 1) * taps).filter((place) => place >= 0);
  };
  const [onInput, onPadded] = [insideOf(spatial, pads), insideOf(padded, [])];
  for (let point = 0; point < points; point++) {
    const inside = Array.from(onInput(point));
    if (inside.length === 0) return false;
    const counted = onPadded(point).length;
    for (let p = 0; p < planes; p++) {
      visit(
        inside.map((place) => p * plane + place),
        p * points + point,
        counted,
      );
    }
  }
  return true;
}
