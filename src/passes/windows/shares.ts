import { isMade, type Picks, placesOf, stepsOf } from './picks.js';

/** The share that each place of an axis of the first value has in each place of the axis that took its stead. */
export interface AxisShares {
  readonly axis: number;
  readonly size: number;
  readonly rows: number;
  /** [size, rows] */
  readonly shares: Float64Array;
}

/** Shares count as equal up to what float64 rounds. */
const ROUNDING = 1e-12;

/**
 * What was picked as one matrix for each axis, so that each share is a product of one from each.
 * @returns undefined where axes have other places or numbers than before, or the shares are no such products
 */
export function sharesByAxis(picks: Picks): readonly AxisShares[] | undefined {
  const { x, axes } = picks;
  const isInPlace = axes.length === x.rank && axes.every((axis, place) => isMade(axis) || axis.of === place);
  if (!isInPlace) return undefined;
  const made = axes.flatMap((axis, place) => (isMade(axis) ? [place] : []));
  const sizes = made.map((place) => Number(x.shape?.[place]));
  const rows = made.map((place) => picks.sizes[place] ?? 1);
  if (made.length === 0 || !sizes.every(Number.isFinite)) return undefined;
  const shareOf = shareReader(picks, made);
  const pivot = largest(picks, made);
  if (!pivot) return undefined;
  const own = made.map((axis, i) => {
    const [size = 1, count = 1] = [sizes[i], rows[i]];
    const shares = new Float64Array(size * count);
    for (let at = 0; at < size; at++)
      for (let row = 0; row < count; row++) {
        const share = shareOf(replaced(pivot.to, i, row), replaced(pivot.from, i, at));
        // Each axis but the first tells how it differs from the pivot, which the first tells.
        shares[at * count + row] = i === 0 ? share : share / pivot.share;
      }
    return { axis, size, rows: count, shares };
  });
  return isProduct(picks, own, shareOf) ? own.map(evenly(own)) : undefined;
}

type Reader = (to: readonly number[], from: readonly number[]) => number;

/** The share of an element, by its places on the axes that were picked from, in another, by those on the axes that were made. */
function shareReader(picks: Picks, made: readonly number[]): Reader {
  const steps = stepsOf(picks.x);
  return (to, from) => {
    const place = picks.axes.map((_, axis) => to[made.indexOf(axis)] ?? 0);
    const at = made.reduce((sum, axis, i) => sum + (from[i] ?? 0) * (steps[axis] ?? 0), 0);
    return picks.at(place).get(at) ?? 0;
  };
}

interface Pivot {
  readonly to: readonly number[];
  readonly from: readonly number[];
  readonly share: number;
}

/** The largest share of all, and where it is. */
function largest(picks: Picks, made: readonly number[]): Pivot | undefined {
  const steps = stepsOf(picks.x);
  let found: Pivot | undefined;
  for (const place of placesOf(picks.sizes)) {
    for (const [at, share] of picks.at(place)) {
      if (Math.abs(share) <= Math.abs(found?.share ?? 0)) continue;
      const from = made.map((axis) => Math.floor(at / (steps[axis] ?? 1)) % Number(picks.x.shape?.[axis]));
      found = { to: made.map((axis) => place[axis] ?? 0), from, share };
    }
  }
  return found;
}

const replaced = (place: readonly number[], index: number, value: number) =>
  place.map((old, i) => (i === index ? value : old));

/** Whether the product of the axes' shares is the share of each element in each. */
function isProduct(picks: Picks, own: readonly AxisShares[], shareOf: Reader): boolean {
  const counts = own.map(({ rows }) => rows);
  for (const to of placesOf(counts)) {
    // Only where some axis has no share may an element be missing.
    const froms = own.reduce<(readonly number[])[]>(
      (all, { shares, size, rows }, i) =>
        all.flatMap((from) =>
          Array.from({ length: size }, (_, at) => at).flatMap((at) =>
            shares[at * rows + (to[i] ?? 0)] ? [[...from, at]] : [],
          ),
        ),
      [[]],
    );
    if (froms.length !== termsAt(picks, own, to)) return false;
    for (const from of froms) {
      const product = own.reduce(
        (all, { shares, rows }, i) => all * (shares[(from[i] ?? 0) * rows + (to[i] ?? 0)] ?? 0),
        1,
      );
      if (Math.abs(product - shareOf(to, from)) > ROUNDING * Math.abs(product)) return false;
    }
  }
  return true;
}

/** How many elements have a share in one. */
function termsAt(picks: Picks, own: readonly AxisShares[], to: readonly number[]): number {
  const place = picks.axes.map((_, axis) => to[own.findIndex((each) => each.axis === axis)] ?? 0);
  return [...picks.at(place).values()].filter((share) => share !== 0).length;
}

/** Shares of the first axis that sum up to 1 where the pivot lies, as those of a mean do; the last axis takes what that leaves. */
function evenly(own: readonly AxisShares[]): (each: AxisShares, index: number) => AxisShares {
  const [first] = own;
  const sums = first ? Array.from({ length: first.rows }, (_, row) => sumOfRow(first, row)) : [];
  const factor = sums.find((sum) => sum !== 0) ?? 1;
  return (each, index) => {
    if (own.length === 1 || (index > 0 && index < own.length - 1)) return each;
    const by = index === 0 ? 1 / factor : factor;
    return { ...each, shares: each.shares.map((share) => share * by) };
  };
}

function sumOfRow({ shares, size, rows }: AxisShares, row: number): number {
  let sum = 0;
  for (let at = 0; at < size; at++) sum += shares[at * rows + row] ?? 0;
  return sum;
}
