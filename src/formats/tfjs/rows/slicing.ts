import type { Amounts, Range as Bounds } from '../../../lowering/builder.js';
import { decline } from '../../../lowering/decline.js';
import { padded, repeatedIndices } from '../../../lowering/padding.js';
import { openBounds, type Range, rangesOf, WHOLE } from '../../../lowering/ranges.js';
import type { PadParameters, SliceParameters } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Builder, Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';
import { filledBy, repeatedBy, withBorder } from './open-padding.js';

function cutOut(site: Site, x: Ref, ranges: readonly Range[]): Ref {
  const { build } = site;
  if (ranges.every(({ step }) => step === 1)) {
    return build.slice(
      x,
      ranges.map(({ begin }) => begin),
      ranges.map(({ count = -1 }) => count),
    );
  }
  const isStrided = site.kind(0) === 'float32' && ranges.length <= 4;
  return isStrided ? cutStrided(build, x, ranges) : cutGathered(build, x, ranges);
}

function cutOpen(site: Site, x: Ref, bounds: Bounds): Ref {
  expectPlainSteps(site, bounds.strides);
  return site.build.stridedSlice(x, bounds);
}

/** Without steps the kernel takes any type and number of axes. */
function expectPlainSteps(site: Site, strides: readonly number[]): void {
  const isStepped = strides.some((step) => step !== 1);
  if (isStepped && (site.kind(0) !== 'float32' || strides.length > 4)) {
    decline('steps along an axis of unknown size; fix it with --shape');
  }
}

/** Between bounds that are computed, an axis whose own are not being taken whole. */
function cutBetween(site: Site, x: Ref, { starts, ends, axes, steps }: SliceParameters): Ref {
  if (!axes || !steps) return decline('axes or steps that are computed');
  const { build } = site;
  const strides = site.order(0).map(() => 1);
  axes.forEach((axis, i) => {
    strides[site.axis(axis)] = steps[i] ?? 1;
  });
  expectPlainSteps(site, strides);
  const vector = (index: number, known: readonly number[] | undefined) => {
    const whole = known ? undefined : site.reshape(site.input(index), [-1]);
    const parts = strides.map(() => build.ints([0]));
    axes.forEach((axis, i) => {
      parts[site.axis(axis)] = whole
        ? build.stridedSlice(whole, { begin: [i], end: [i + 1], strides: [1] })
        : build.ints([Math.min(Math.max(known?.[i] ?? 0, -LARGEST_BOUND), LARGEST_BOUND)]);
    });
    return build.concat(parts, 0);
  };
  const cut = axes.reduce((mask, axis) => mask | (1 << site.axis(axis)), 0);
  const endMask = (2 ** strides.length - 1) ^ cut;
  return build.sliceBetween(x, vector(1, starts), vector(2, ends), { strides, endMask });
}

function cutStrided(build: Builder, x: Ref, ranges: readonly Range[]): Ref {
  let endMask = 0;
  const end = ranges.map(({ begin, step, count }, axis) => {
    const last = count === undefined ? -1 : begin + count * step;
    if (last >= 0) return last;
    endMask |= 1 << axis;
    return 0;
  });
  return build.stridedSlice(x, {
    begin: ranges.map(({ begin }) => begin),
    end,
    strides: ranges.map(({ step }) => step),
    endMask,
  });
}

/** wasm calls every part that it steps through float32 and reads the bits of integers as such; a gather keeps the type. */
function cutGathered(build: Builder, x: Ref, ranges: readonly Range[]): Ref {
  const isCut = ranges.some((range) => range !== WHOLE && range.step === 1);
  const cut = isCut
    ? build.slice(
        x,
        ranges.map(({ begin, step }) => (step === 1 ? begin : 0)),
        ranges.map(({ step, count = -1 }) => (step === 1 ? count : -1)),
      )
    : x;
  return ranges.reduce((part, { begin, step, count = 0 }, axis) => {
    if (step === 1) return part;
    const indices = Int32Array.from({ length: count }, (_, i) => begin + i * step);
    return build.gather(part, build.ints(indices), axis);
  }, cut);
}

/** Beyond every axis, and an int32. */
const LARGEST_BOUND = 2 ** 31 - 1;

/** Beyond this float32 does not hold every integer. */
const LARGEST_EXACT = 2 ** 24;

/** The kernels are told the number as a float: a large integer is taken off before zeros are put in, and added again. */
function padding(site: Site, x: Ref, amounts: Amounts, value: number | undefined): Ref {
  const { build } = site;
  const filler = fillerOf(site, value);
  const isExact = value !== undefined && Math.abs(value) <= LARGEST_EXACT;
  if (site.kind(0) !== 'int32' || isExact) return padded(site, x, site.shape(0), amounts, filler);
  const rest = padded(site, build.op('Sub', [x, filler]), site.shape(0), amounts, build.int(0));
  return build.op('AddV2', [rest, filler]);
}

function fillerOf(site: Site, value: number | undefined): Ref {
  const { build } = site;
  const kind = site.kind(0);
  if (value !== undefined) return kind === 'float32' ? build.float(value) : build.int(value);
  return build.cast(site.reshape(site.input(2), []), kind, kind === 'bool' ? 'int32' : kind);
}

/** Each padded axis takes the elements it repeats by their indices; a reflection has an operation of its own. */
function repeatedPad(site: Site, whole: Ref, amounts: Amounts, mode: PadParameters['mode']): Ref {
  const { build } = site;
  const isPadded = amounts.some(([before, behind]) => before !== 0 || behind !== 0);
  if (!isPadded) return whole;
  const isPositive = amounts.flat().every((amount) => amount >= 0);
  const shape = site.shape(0);
  const isShort = amounts.every(
    ([before, behind], axis) => before + behind === 0 || !(Math.max(before, behind) >= Number(shape[axis])),
  );
  if (mode === 'reflect' && isPositive && isShort && amounts.length <= 4) {
    return build.op('MirrorPad', [whole, build.ints(amounts.flat(), [amounts.length, 2])], {
      mode: attribute.text('REFLECT'),
    });
  }
  return amounts.reduce((x, [before, behind], axis) => {
    if (before === 0 && behind === 0) return x;
    const size = shape[axis];
    if (typeof size !== 'number') return openRepeated(site, x, axis, [before, behind], mode);
    return build.gather(x, build.ints(repeatedIndices(size, before, behind, mode)), axis);
  }, whole);
}

/** An axis whose size is not known, between parts of its own. */
function openRepeated(
  site: Site,
  x: Ref,
  axis: number,
  [before, behind]: Amounts[number],
  mode: PadParameters['mode'],
): Ref {
  const { build } = site;
  if (before < 0 || behind < 0) return decline('an axis of unknown size; fix it with --shape');
  if (mode === 'reflect') {
    return withBorder(site, x, axis, { before: build.int(before), behind: build.int(behind) }, mode);
  }
  const along = (own: number, other: number) => site.order(0).map((_, at) => (at === axis ? own : other));
  const all = 2 ** site.order(0).length - 1;
  const first = (count: number) =>
    build.stridedSlice(x, {
      begin: along(0, 0),
      end: along(count, 0),
      strides: along(1, 1),
      endMask: all ^ (1 << axis),
    });
  const last = (count: number) =>
    build.stridedSlice(x, { begin: along(-count, 0), end: along(0, 0), strides: along(1, 1), endMask: all });
  const repeated = (part: Ref, count: number) => build.op('Tile', [part, build.ints(along(count, 1))]);
  const isEdge = mode === 'edge';
  const parts = [
    ...(before > 0 ? [isEdge ? repeated(first(1), before) : last(before)] : []),
    x,
    ...(behind > 0 ? [isEdge ? repeated(last(1), behind) : first(behind)] : []),
  ];
  return build.concat(parts, axis);
}

/** By amounts that are computed. */
function paddedBy(site: Site, x: Ref, mode: PadParameters['mode'], value: number | undefined): Ref {
  const isLarge = value !== undefined && Math.abs(value) > LARGEST_EXACT;
  if (site.has(3) || (mode === 'constant' && isLarge)) return decline('amounts that are computed');
  return mode === 'constant' ? filledBy(site, x, fillerOf(site, value)) : repeatedBy(site, x, mode);
}

/** What takes parts of a tensor, or puts something around it. */
export const slicingRows: readonly Row[] = [
  row(operators.slice, (site, parameters) => {
    const kind = site.kind(0);
    const { build } = site;
    const cut = (make: (x: Ref) => Ref): Ref => {
      const held = kind === 'bool' ? 'int32' : kind;
      return build.cast(make(build.cast(site.input(0), kind, held)), held, kind);
    };
    if (!parameters.starts || !parameters.ends) return cut((x) => cutBetween(site, x, parameters));
    const open = openBounds(site, parameters);
    if (open) return cut((x) => cutOpen(site, x, open));
    const ranges = rangesOf(site, parameters);
    return ranges.every((range) => range === WHOLE) ? site.input(0) : cut((x) => cutOut(site, x, ranges));
  }),
  row(operators.pad, (site, { mode, pads, constantValue }: PadParameters) => {
    const { build } = site;
    const kind = site.kind(0);
    const held = kind === 'bool' ? 'int32' : kind;
    if (!pads) {
      const made = paddedBy(site, build.cast(site.input(0), kind, held), mode, constantValue);
      return build.cast(made, held, kind);
    }
    const rank = pads.length / 2;
    const amounts = site.order(0).map((axis): [number, number] => [pads[axis] ?? 0, pads[axis + rank] ?? 0]);
    const x = build.cast(site.input(0), kind, held);
    const result = mode === 'constant' ? padding(site, x, amounts, constantValue) : repeatedPad(site, x, amounts, mode);
    return build.cast(result, held, kind);
  }),
];
