import type { Dimension } from '../model/index.js';
import type { PadParameters } from '../operators/index.js';
import type { Amounts } from './builder.js';
import { decline } from './decline.js';
import { around, mergedShape } from './runs.js';
import type { AnySite } from './site.js';

const NOTHING: Amounts[number] = [0, 0];

/**
 * Pads `x`, of the sizes `shape`, with one number.
 * @param amounts of each axis in memory; what is negative is cut off, and that first: wasm would read other memory
 */
export function padded<Ref>(
  site: AnySite<Ref>,
  x: Ref,
  shape: readonly Dimension[],
  amounts: Amounts,
  filler: Ref,
): Ref {
  const cuts = amounts.map(([before, behind]) => [Math.max(-before, 0), Math.max(-behind, 0)] as const);
  const additions = amounts.map(([before, behind]) => [Math.max(before, 0), Math.max(behind, 0)] as const);
  const rest = shape.map((size, axis) => less(size, cuts[axis] ?? NOTHING));
  return widened(site, cropped(site, x, rest, cuts), rest, additions, filler);
}

function less(size: Dimension, [before, behind]: readonly [number, number]): Dimension {
  const cut = before + behind;
  if (cut === 0) return size;
  if (typeof size !== 'number') return `${size} less ${cut}`;
  return size >= cut ? size - cut : decline(`a cut of ${cut} from an axis of ${size}`);
}

function cropped<Ref>(site: AnySite<Ref>, x: Ref, rest: readonly Dimension[], cuts: Amounts): Ref {
  const { build } = site;
  if (cuts.every(([before, behind]) => before === 0 && behind === 0)) return x;
  const begin = cuts.map(([before]) => before);
  const isMeasured = cuts.every(([, behind], axis) => behind === 0 || typeof rest[axis] === 'number');
  if (isMeasured) {
    return build.slice(
      x,
      begin,
      rest.map((size) => (typeof size === 'number' ? size : -1)),
    );
  }
  // Of an axis whose size is not known the end is counted from behind, which a plain slice cannot.
  const endMask = cuts.reduce((mask, [, behind], axis) => (behind === 0 ? mask | (1 << axis) : mask), 0);
  return build.stridedSlice(x, {
    begin,
    end: cuts.map(([, behind]) => -behind),
    strides: cuts.map(() => 1),
    endMask,
  });
}

/** Adds to as many axes at once as the kernels take, while neighbours that get nothing lie as one axis. */
function widened<Ref>(site: AnySite<Ref>, x: Ref, shape: readonly Dimension[], additions: Amounts, filler: Ref): Ref {
  const { build } = site;
  if (shape.length <= build.highestPaddedRank) return build.pad(x, additions, filler);
  const waiting = additions.flatMap(([before, behind], axis) => (before === 0 && behind === 0 ? [] : [axis]));
  if (waiting.length === 0) return x;
  const sizes = [...shape];
  let result = x;
  while (waiting.length > 0) {
    let count = 1;
    while (
      count < waiting.length &&
      around(shape.length, waiting.slice(0, count + 1)).length <= build.highestPaddedRank
    )
      count++;
    const axes = waiting.splice(0, count);
    const runs = around(shape.length, axes);
    const amounts = runs.map(([first = 0]) => (axes.includes(first) ? (additions[first] ?? NOTHING) : NOTHING));
    result = build.pad(site.reshape(result, mergedShape(sizes, runs)), amounts, filler);
    for (const axis of axes) sizes[axis] = more(sizes[axis] ?? 1, additions[axis] ?? NOTHING);
  }
  return site.reshape(result, sizes);
}

function more(size: Dimension, [before, behind]: readonly [number, number]): Dimension {
  return typeof size === 'number' ? size + before + behind : `${size} and ${before + behind}`;
}

/** Which elements of an axis stand along it once it is padded with its own. @throws Declined for what cuts */
export function repeatedIndices(size: number, before: number, behind: number, mode: PadParameters['mode']): number[] {
  if (before < 0 || behind < 0) return decline('cuts in a mode other than constant');
  return Array.from({ length: before + size + behind }, (_, i) => {
    const at = i - before;
    if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
    if (mode === 'wrap') return ((at % size) + size) % size;
    const period = Math.max(2 * (size - 1), 1);
    const within = ((at % period) + period) % period;
    return within < size ? within : period - within;
  });
}
