import { decline } from '../../../lowering/decline.js';
import { around, mergedShape } from '../../../lowering/runs.js';
import type { PadMode } from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Builder, Ref } from '../builder.js';
import type { Site } from '../row.js';

/** How much stands before and behind an axis: scalars, computed or not. */
interface Border {
  readonly before: Ref;
  readonly behind: Ref;
}

/**
 * Padding by amounts that are computed, with one number: what is negative is cut off first.
 * @param filler a scalar
 * @throws Declined where more axes get something than kernels take
 */
export function filledBy(site: Site, x: Ref, filler: Ref): Ref {
  const { build } = site;
  const axes = paddedAxes(site);
  const rank = site.order(0).length;
  const isNarrow = rank <= build.highestPaddedRank;
  const runs = isNarrow ? site.order(0).map((_, axis) => [axis]) : around(rank, axes);
  if (runs.length > build.highestPaddedRank) return decline(`amounts that are computed, for ${axes.length} axes`);
  const amounts = amountsOf(
    site,
    runs.map(([first = 0]) => first),
  );
  const side = (all: Ref, place: number) => build.squeeze(build.slice(all, [0, place], [runs.length, 1]), [1]);
  const whole = isNarrow ? x : site.reshape(x, mergedShape(site.shape(0), runs));
  const cuts = build.op('Maximum', [build.op('Sub', [build.int(0), amounts]), build.int(0)]);
  const end = build.op('Sub', [build.shapeOf(whole), side(cuts, 1)]);
  const rest = build.sliceBetween(whole, side(cuts, 0), end, { strides: runs.map(() => 1) });
  const made = build.op('PadV2', [rest, build.op('Maximum', [amounts, build.int(0)]), filler]);
  return isNarrow ? made : unmerged(site, made, axes);
}

/** Under its own axes again: those that were merged have the sizes that they had. */
function unmerged(site: Site, made: Ref, axes: readonly number[]): Ref {
  const { build } = site;
  const runs = around(site.order(0).length, axes);
  const sizes = runs.flatMap((run, place) =>
    axes.includes(run[0] ?? 0)
      ? [build.stridedSlice(build.shapeOf(made), { begin: [place], end: [place + 1], strides: [1] })]
      : [site.shapeVector(run.map((axis) => site.shape(0)[axis] ?? 1))],
  );
  return build.reshape(made, build.concat(sizes, 0));
}

/** Padding by amounts that are computed, with elements of its own, axis by axis. */
export function repeatedBy(site: Site, x: Ref, mode: PadMode): Ref {
  const { build } = site;
  const isSize = site.value(1).elements?.every((amount) => typeof amount === 'string' || amount >= 0);
  if (mode === 'wrap' && !isSize) return decline('amounts that are computed and may cut, in mode wrap');
  return paddedAxes(site).reduce((made, axis) => {
    const pair = build.reshape(amountsOf(site, [axis]), build.ints([2]));
    const at = (place: number) => build.squeeze(build.slice(pair, [place], [1]), [0]);
    return withBorder(site, made, axis, { before: at(0), behind: at(1) }, mode);
  }, x);
}

/** An axis of any size, between elements of its own. */
export function withBorder(site: Site, x: Ref, axis: number, { before, behind }: Border, mode: PadMode): Ref {
  const { build } = site;
  const size = build.squeeze(
    build.stridedSlice(build.shapeOf(x), { begin: [axis], end: [axis + 1], strides: [1] }),
    [0],
  );
  const bounds = [build.op('Sub', [build.int(0), before]), build.op('AddV2', [size, behind]), build.int(1)];
  const positions = build.op('Range', bounds, { Tidx: attribute.type('int32') });
  return build.gather(x, within(build, positions, size, mode), axis);
}

/** Positions that lie outside an axis of this size as those of the elements that stand there. */
function within(build: Builder, positions: Ref, size: Ref, mode: PadMode): Ref {
  const last = build.op('Sub', [size, build.int(1)]);
  if (mode === 'edge') return build.op('Minimum', [build.op('Maximum', [positions, build.int(0)]), last]);
  if (mode === 'wrap') return build.op('FloorMod', [positions, size]);
  const period = build.op('Maximum', [build.op('Mul', [last, build.int(2)]), build.int(1)]);
  const rest = build.op('FloorMod', [positions, period]);
  return build.op('Minimum', [rest, build.op('Sub', [period, rest])]);
}

/** Axes in memory that may get something. */
function paddedAxes(site: Site): number[] {
  const given = site.value(1).elements;
  const rank = site.order(0).length;
  return site
    .order(0)
    .flatMap((axis, place) => (given && given[axis] === 0 && given[axis + rank] === 0 ? [] : [place]))
    .filter((place) => given !== undefined || site.shape(0)[place] !== site.resultShape()[place]);
}

/** What these axes in memory get: [axes, 2]. */
function amountsOf(site: Site, places: readonly number[]): Ref {
  const { build } = site;
  const order = site.order(0);
  const pairs = build.transpose(build.reshape(site.input(1), build.ints([2, order.length])), [1, 0]);
  return build.gather(pairs, build.ints(places.map((place) => order[place] ?? place)), 0);
}
