import type { Value } from '../../model/index.js';

/** An axis of a value that was picked: the whole axis `of` the first value, or one of so many places that tables made. */
export type PickedAxis = { readonly of: number } | { readonly size: number };

/** Elements of the first value, by their place within its axes that tables picked from, and the factor of each. */
export type Terms = ReadonlyMap<number, number>;

/** More than adaptive pooling of any image has; tables beyond it are left alone. */
const MOST_TERMS = 2 ** 18;

/** Whether tables made an axis. */
export const isMade = (axis: PickedAxis): axis is { readonly size: number } => 'size' in axis;

/**
 * A value each element of which is a sum of constant multiples of elements of another value. Along axes that are whole it is
 * the same for all of them, so only the other ones, those that tables of constants made, are listed.
 */
export class Picks {
  /** What was picked from. */
  readonly x: Value;
  readonly axes: readonly PickedAxis[];
  /** What each element is made of, in row-major order of the axes that were made. */
  readonly elements: readonly Terms[];
  /** The most axes that a value had on the way. */
  readonly highestRank: number;

  constructor(x: Value, axes: readonly PickedAxis[], elements: readonly Terms[], highestRank = 0) {
    this.x = x;
    this.axes = axes;
    this.elements = elements;
    this.highestRank = Math.max(highestRank, axes.length);
  }

  /** x itself: nothing is picked from it yet. */
  static of(x: Value): Picks {
    return new Picks(
      x,
      (x.shape ?? []).map((_, of) => ({ of })),
      [new Map([[0, 1]])],
    );
  }

  /** The sizes of all axes, 1 for a whole one. */
  get sizes(): number[] {
    return this.axes.map((axis) => (isMade(axis) ? axis.size : 1));
  }

  /** What the element at `place` is made of, which names a place on each axis. */
  at(place: readonly number[]): Terms {
    return this.elements[flat(this.sizes, place)] ?? new Map();
  }

  /**
   * Under other axes.
   * @param termsOf what the element at a place of those is made of
   * @returns undefined where that is more than should be looked at
   */
  under(axes: readonly PickedAxis[], termsOf: (place: readonly number[]) => Terms): Picks | undefined {
    const sizes = axes.map((axis) => (isMade(axis) ? axis.size : 1));
    if (sizes.reduce((product, size) => product * size, 1) > MOST_TERMS) return undefined;
    let left = MOST_TERMS;
    const elements: Terms[] = [];
    for (const place of placesOf(sizes)) {
      const terms = termsOf(place);
      left -= terms.size;
      if (left < 0) return undefined;
      elements.push(terms);
    }
    return new Picks(this.x, axes, elements, this.highestRank);
  }
}

/** How far apart neighbours along each axis of a value lie, sizes that are open taken as 1, as nothing picks from those. */
export function stepsOf({ shape = [] }: Value): number[] {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
  return sizes.map((_, axis) => sizes.slice(axis + 1).reduce((product, size) => product * size, 1));
}

/** All places within sizes, in row-major order. */
export function* placesOf(sizes: readonly number[]): Generator<readonly number[]> {
  const count = sizes.reduce((product, size) => product * size, 1);
  const place = sizes.map(() => 0);
  for (let done = 0; done < count; done++) {
    yield [...place];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const next = (place[axis] ?? 0) + 1;
      place[axis] = next === sizes[axis] ? 0 : next;
      if (place[axis] !== 0) break;
    }
  }
}

/** The number of a place in row-major order; along axes of size 1 any place is the first, as in broadcasting. */
export function flat(sizes: readonly number[], place: readonly number[]): number {
  return sizes.reduce((index, size, axis) => index * size + (size === 1 ? 0 : (place[axis] ?? 0)), 0);
}

/** The sum of terms, each multiplied. */
export function sumOf(parts: Iterable<readonly [Terms, number]>): Terms {
  const sum = new Map<number, number>();
  for (const [terms, factor] of parts) {
    for (const [at, share] of terms) sum.set(at, (sum.get(at) ?? 0) + share * factor);
  }
  return sum;
}
