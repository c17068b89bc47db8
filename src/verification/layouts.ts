type Sizes = readonly (number | undefined)[] | undefined;

/**
 * The ways in which axes of one shape may stand in another: the same order (undefined), or channels last on either side.
 * Axis k of the other is axis `permutation[k]` of this one.
 * @param told the one permutation there is, where metadata say it
 * @returns those in which known sizes agree, the same order first
 */
export function layoutsThatFit(
  shape: Sizes,
  other: Sizes,
  told: readonly number[] | undefined,
): (readonly number[] | undefined)[] {
  if (!shape || !other) return [told];
  if (shape.length !== other.length) return [];
  const ways = told ? [told] : [undefined, ...channelsMoved(shape.length)];
  return ways.filter((way) => other.every((size, k) => isSame(size, shape[way?.[k] ?? k])));
}

function isSame(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** Channels from axis 1 to the end, and from the end to axis 1; for rank 3 both are one. */
function channelsMoved(rank: number): number[][] {
  if (rank < 3) return [];
  const inner = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  const toLast = [0, ...inner, 1];
  const toFirst = [0, rank - 1, ...inner.map((axis) => axis - 1)];
  return rank === 3 ? [toLast] : [toLast, toFirst];
}

/** The sizes of one shape, all known, where another has the same but for ones that it lacks, or has beside. */
export function sameButForOnes(shape: Sizes, other: Sizes): readonly number[] | undefined {
  const known = shape?.filter((size) => size !== undefined);
  if (!known || !other || known.length !== shape?.length || other.includes(undefined)) return undefined;
  const beside = (sizes: Sizes) => sizes?.filter((size) => size !== 1).join();
  return beside(known) === beside(other) ? known : undefined;
}
