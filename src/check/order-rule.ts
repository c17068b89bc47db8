import { stridesOf, type Tensor } from '../model/index.js';
import { largestMagnitude, ROUNDING } from './rounding.js';

/** What a TopK, ArgMax or ArgMin was given, and where it found the elements that it takes. */
export interface OrderedElements {
  readonly x: Tensor;
  /** Indices along the axis; that may be missing in its shape. */
  readonly indices: Tensor;
  readonly axis: number;
  readonly isLargest: boolean;
  /** Whether the first of them are the first. */
  readonly isSorted: boolean;
}

/**
 * Whether elements are the largest, or smallest, along an axis. Near ties are taken either way.
 * @returns what is wrong, in words; undefined: nothing is
 */
export function faultInOrder({ x, indices, axis, isLargest, isSorted }: OrderedElements): string | undefined {
  const size = x.shape[axis] ?? 0;
  const step = stridesOf(x.shape)[axis] ?? 1;
  const sign = isLargest ? 1 : -1;
  const elements = x.toFloat64().map((element) => sign * element);
  const places = indices.toFloat64();
  const count = places.length / (elements.length / size);
  const slack = ROUNDING * largestMagnitude(elements);
  for (let lane = 0; lane < elements.length / size; lane++) {
    const [outer, inner] = [Math.floor(lane / step), lane % step];
    const at = (place: number) => elements[outer * size * step + place * step + inner] ?? Number.NaN;
    const taken = Array.from({ length: count }, (_, k) => places[outer * count * step + k * step + inner] ?? -1);
    const wrong = taken.find((place, k) => !(place >= 0 && place < size) || taken.indexOf(place) < k);
    if (wrong !== undefined) return `${wrong} is no index along an axis of ${size}, or stands there twice`;
    const unsorted = taken.findIndex((place, k) => isSorted && k > 0 && at(place) > at(taken[k - 1] ?? 0) + slack);
    if (unsorted > 0) return `its element ${unsorted} goes before the one that stands before it`;
    const last = Math.min(...taken.map(at));
    for (let place = 0; place < size; place++) {
      if (at(place) > last + slack && !taken.includes(place))
        return `the element at ${place} is not taken, ${sign * at(place)}, and one is that comes after it, ${sign * last}`;
    }
  }
  return undefined;
}
