import type { Dimension } from '../model/index.js';
import type { SliceParameters } from '../operators/index.js';
import type { Range as Bounds } from './builder.js';
import { decline } from './decline.js';
import type { AnySite } from './site.js';

/** What is kept of one axis in memory: `begin`, then every `step`th, `count` in all; undefined: to the end. */
export interface Range {
  readonly begin: number;
  readonly step: number;
  readonly count: number | undefined;
}

/** A bound of this size is beyond any axis. */
const LARGEST = 2 ** 31 - 1;

/** All of an axis. */
export const WHOLE: Range = { begin: 0, step: 1, count: undefined };

/** What a Slice keeps of each axis in memory. @throws Declined where its bounds are computed */
export function rangesOf<Ref>(site: AnySite<Ref>, { starts, ends, axes, steps }: SliceParameters): Range[] {
  if (!starts || !ends || !axes || !steps) return decline('bounds that are computed');
  const ranges = site.shape(0).map(() => WHOLE);
  const shape = site.shape(0);
  axes.forEach((axis, i) => {
    const at = site.axis(axis);
    ranges[at] = rangeOf(shape[at] ?? 1, starts[i] ?? 0, ends[i] ?? 0, steps[i] ?? 1);
  });
  return ranges;
}

function rangeOf(size: Dimension, start: number, end: number, step: number): Range {
  if (typeof size !== 'number') return rangeOfUnknown(start, end, step);
  const fromFront = (at: number) => (at < 0 ? at + size : at);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const begin = Math.min(Math.max(fromFront(start), Math.max(low, 0)), high);
  const stop = Math.min(Math.max(fromFront(end), low), high);
  const count = Math.max(Math.ceil((stop - begin) / step), 0);
  if (begin === 0 && step === 1 && count === size) return WHOLE;
  // An empty part stays within the axis: kernels read what lies beyond it.
  return count === 0 ? { begin: 0, step: 1, count: 0 } : { begin, step, count };
}

/**
 * What a Slice keeps of axes of which some have no known size, as bounds that a kernel counts from the end and clips itself.
 * @returns undefined where every axis that is cut has a known size
 */
export function openBounds<Ref>(
  site: AnySite<Ref>,
  { starts, ends, axes, steps }: SliceParameters,
): Bounds | undefined {
  if (!starts || !ends || !axes || !steps) return undefined;
  const shape = site.shape(0);
  const [begin, end] = [shape.map(() => 0), shape.map(() => 0)];
  const strides = shape.map(() => 1);
  let endMask = 2 ** shape.length - 1;
  let isOpen = false;
  axes.forEach((axis, i) => {
    const at = site.axis(axis);
    const [start = 0, stop = 0, step = 1] = [starts[i], ends[i], steps[i]];
    const isToEnd = step > 0 ? stop >= LARGEST : stop <= -LARGEST;
    [begin[at], end[at], strides[at]] = [start, isToEnd ? 0 : stop, step];
    if (!isToEnd) endMask &= ~(1 << at);
    const isWhole = start === 0 && isToEnd && step === 1;
    if (typeof shape[at] !== 'number' && !isWhole) isOpen = true;
  });
  return isOpen ? { begin, end, strides, endMask } : undefined;
}

/** Of an axis whose size is not known only what is surely there can be cut without measuring it. */
function rangeOfUnknown(start: number, end: number, step: number): Range {
  const isToEnd = end >= LARGEST;
  if (start === 0 && isToEnd && step === 1) return WHOLE;
  return decline('a part of an axis of unknown size; fix it with --shape');
}

/** Which axes a Shape tells the sizes of, of as many as there are. */
export function shapeRange(start: number, end: number, rank: number): [number, number] {
  const clamp = (axis: number) => Math.min(Math.max(axis < 0 ? axis + rank : axis, 0), rank);
  return [clamp(start), clamp(end)];
}
