import type { Amounts } from '../../../lowering/builder.js';
import { decline } from '../../../lowering/decline.js';
import { padded, repeatedIndices } from '../../../lowering/padding.js';
import { type Range, rangesOf, WHOLE } from '../../../lowering/ranges.js';
import type { PadParameters } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/** The most axes of what is cut at once. */
const MOST_AXES = 5;
const REFLECT = 0;

function cutOut(site: Site, ranges: readonly Range[]): Ref {
  const { build } = site;
  const x = site.input(0);
  const isStraight = ranges.every(({ step }) => step === 1);
  if (ranges.length > MOST_AXES) return cutGathered(site, ranges);
  const begin = ranges.map((range) => range.begin);
  if (isStraight) {
    const sizes = ranges.map(({ count = -1 }) => count);
    return build.slice(x, begin, sizes);
  }
  let endMask = 0;
  const end = ranges.map(({ begin, step, count }, axis) => {
    const last = count === undefined ? -1 : begin + count * step;
    if (last >= 0) return last;
    endMask |= 1 << axis;
    return 0;
  });
  return build.stridedSlice(x, { begin, end, strides: ranges.map(({ step }) => step), endMask });
}

/** One axis after the other. */
function cutGathered(site: Site, ranges: readonly Range[]): Ref {
  const { build } = site;
  return ranges.reduce((part, range, axis) => {
    if (range === WHOLE) return part;
    const { begin, step, count = 0 } = range;
    const indices = Int32Array.from({ length: count }, (_, i) => begin + i * step);
    return build.gather(part, build.ints(indices), axis);
  }, site.input(0));
}

function fillerOf(site: Site, kind: 'float32' | 'int32', value: number | undefined): Ref {
  const { build } = site;
  if (value !== undefined) return kind === 'float32' ? build.float(value) : build.int(value);
  return build.cast(site.reshape(site.input(2), []), site.kind(2), kind);
}

/** Each padded axis takes the elements it repeats by their indices; a reflection has an operator of its own. */
function repeatedPad(site: Site, whole: Ref, amounts: Amounts, mode: PadParameters['mode']): Ref {
  const { build } = site;
  if (amounts.flat().every((amount) => amount === 0)) return whole;
  const isPositive = amounts.flat().every((amount) => amount >= 0);
  const shape = site.shape(0);
  const isShort = amounts.every(
    ([before, behind], axis) => Math.max(before, behind) < Number(shape[axis]) || before + behind === 0,
  );
  if (mode === 'reflect' && isPositive && isShort && amounts.length <= build.highestPaddedRank) {
    return build.op('MIRROR_PAD', [whole, build.ints(amounts.flat(), [amounts.length, 2])], { mode: REFLECT });
  }
  return amounts.reduce((x, [before, behind], axis) => {
    if (before === 0 && behind === 0) return x;
    const size = shape[axis];
    if (typeof size !== 'number') return decline('an axis of unknown size; fix it with --shape');
    return build.gather(x, build.ints(repeatedIndices(size, before, behind, mode)), axis);
  }, whole);
}

/** What takes parts of a tensor, or puts something around it. */
export const slicingRows: readonly Row[] = [
  row(operators.slice, (site, parameters) => {
    site.kind(0);
    const ranges = rangesOf(site, parameters);
    return ranges.every((range) => range === WHOLE) ? site.input(0) : cutOut(site, ranges);
  }),
  row(operators.pad, (site, { mode, pads, constantValue }) => {
    if (!pads) return decline('amounts that are computed');
    const { build } = site;
    const kind = site.kind(0);
    const held = kind === 'bool' ? 'int32' : kind;
    const rank = pads.length / 2;
    const amounts = site.order(0).map((axis): [number, number] => [pads[axis] ?? 0, pads[axis + rank] ?? 0]);
    const x = build.cast(site.input(0), kind, held);
    const result =
      mode === 'constant'
        ? padded(site, x, site.shape(0), amounts, fillerOf(site, held, constantValue))
        : repeatedPad(site, x, amounts, mode);
    return build.cast(result, held, kind);
  }),
];
