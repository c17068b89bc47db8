import { decline } from '../../../../lowering/decline.js';
import { isStatic, type Shape, sizeOf, stridesOf } from '../../../../model/index.js';
import { gather, gatherElements, gatherNd, slice } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { bools, int, ints } from '../constants.js';
import { knownIntegers } from '../known-integers.js';
import type { NodeBuilder } from '../node-builder.js';
import { openRanges } from '../open-ranges.js';
import { binary, compare, reduce, reshape, select, sliceAxis } from '../operations.js';
import type { Rows } from './row.js';

/** Parts of a tensor by range and by index. */
export const picks: Rows = {
  Slice(node, to) {
    const x = to.input();
    const ranges = openRanges(to, slice.parameters(node));
    if (ranges)
      return to.output(ranges.isWhole ? x : to.emit('slice_by_index', { x, ...ranges.args }, to.resultShape()));
    const { starts, ends, axes, steps } = slice.parameters(node);
    if (!starts || !ends || !axes || !steps) return decline('its bounds are computed');
    const results = to.resultShape();
    const { shape } = x.type;
    const first = shape.map(() => 0);
    const stride = shape.map(() => 1);
    axes.forEach((axis, i) => {
      const size = shape[axis];
      if (typeof size !== 'number') return;
      const start = starts[i] ?? 0;
      const step = steps[i] ?? 1;
      const begin = start < 0 ? start + size : start;
      first[axis] = Math.min(Math.max(begin, 0), step > 0 ? size : size - 1);
      stride[axis] = step;
    });
    if (stride.every((step) => step === 1)) {
      if (results.every((size, axis) => size === shape[axis])) return to.output(x);
      // -1 is all that is left of an axis.
      const counts = results.map((size) => (typeof size === 'number' ? size : -1));
      to.output(to.emit('slice_by_size', { x, begin: ints(first), size: ints(counts) }, results));
      return;
    }
    to.output(strided(to, x, first, stride, results));
  },

  Gather(node, to) {
    const { axis } = gather.parameters(node);
    if (to.resultShape().length > 5) decline('its result has a rank over 5');
    const x = to.input();
    const size = x.type.shape[axis] ?? 1;
    const least = to.bounds.least(size) ?? 1;
    const asked = knownIntegers(node.input(1));
    const known = asked?.map((index) => (index < 0 && typeof size === 'number' ? index + size : index));
    if (known?.some((index) => index < -least || index >= least || (index < 0 && typeof size === 'number')))
      throw node.invalid(`an index is outside of ${least} elements`);
    const [single] = known ?? [];
    if (single !== undefined && to.shapeOf(1).length === 0) return to.output(element(to, x, axis, single));
    if (known?.some((index) => index < 0)) decline('it counts from the end of an axis whose size is open');
    const indices = known ? to.value({ ...ints(known), shape: to.sizesOf(1) }) : to.input(1);
    to.output(to.emit('gather', { x, indices, axis: int(axis) }, to.resultShape()));
  },

  GatherElements(node, to) {
    const { axis } = gatherElements.parameters(node);
    const sizes = to.resultSizes();
    // Where there are fewer indices than places along another axis, the first ones count.
    const x = sizes.reduce((made, size, i) => (i === axis ? made : sliceAxis(to, made, i, 0, size)), to.input());
    to.output(to.emit('gather_along_axis', { x, indices: to.input(1), axis: int(axis) }, sizes));
  },

  /** The leading axes that an index vector names are laid as one, and the vector becomes its place there. */
  GatherND(node, to) {
    const { batchDims } = gatherNd.parameters(node);
    if (batchDims !== 0) decline('Core ML gathers without batch axes');
    if (to.resultSizes().length > 5) decline('its result has a rank over 5');
    const count = to.sizesOf(1).at(-1) ?? 1;
    const sizes = to.sizesOf();
    const leading = sizes.slice(0, count);
    const x = reshape(to, to.input(), [sizeOf(leading), ...sizes.slice(count)]);
    const known = knownIntegers(node.input(1));
    const places = known
      ? to.value({ ...ints(knownPlaces(known, leading)), shape: to.sizesOf(1).slice(0, -1) })
      : computedPlaces(to, to.input(1), leading);
    to.output(to.emit('gather', { x, indices: places, axis: int(0) }, to.resultSizes()));
  },
};

/** Where each index vector leads in axes of these sizes laid as one. */
function knownPlaces(indices: readonly number[], sizes: readonly number[]): number[] {
  const strides = stridesOf(sizes);
  return Array.from({ length: indices.length / sizes.length }, (_, vector) =>
    sizes.reduce((place, size, axis) => {
      const index = indices[vector * sizes.length + axis] ?? 0;
      return place + (index < 0 ? index + size : index) * (strides[axis] ?? 1);
    }, 0),
  );
}

function computedPlaces(to: NodeBuilder, indices: MilValue, sizes: readonly number[]): MilValue {
  const fromEnd = binary(to, 'add', indices, ints(sizes));
  const positive = select(to, compare(to, 'less', indices, int(0)), fromEnd, indices);
  return reduce(
    to,
    'reduce_sum',
    binary(to, 'mul', positive, ints(stridesOf(sizes))),
    [indices.type.shape.length - 1],
    false,
  );
}

/** One element along an axis, which goes. */
function element(to: NodeBuilder, x: MilValue, axis: number, index: number): MilValue {
  const { shape } = x.type;
  const isLast = index === -1;
  const args = {
    x,
    begin: ints(shape.map((_, i) => (i === axis ? index : 0))),
    end: ints(shape.map((size, i) => (i === axis ? (isLast ? 0 : index + 1) : typeof size === 'number' ? size : 0))),
    ...(isStatic(shape)
      ? {}
      : { end_mask: bools(shape.map((size, i) => (i === axis ? isLast : typeof size !== 'number'))) }),
    squeeze_mask: bools(shape.map((_, i) => i === axis)),
  };
  return to.emit(
    'slice_by_index',
    args,
    shape.filter((_, i) => i !== axis),
  );
}

/** A step that is not 1. Walking backwards to the first element has no bound that a number can say: the mask opens it. */
function strided(
  to: NodeBuilder,
  x: MilValue,
  first: readonly number[],
  stride: readonly number[],
  results: Shape,
): MilValue {
  // The end of an axis that stays whole is open.
  const ends = results.map((count, axis) =>
    typeof count === 'number'
      ? (first[axis] ?? 0) + (count - 1) * (stride[axis] ?? 1) + Math.sign(stride[axis] ?? 1)
      : -1,
  );
  const args = {
    x,
    begin: ints(first),
    end: ints(ends.map((end) => Math.max(0, end))),
    stride: ints(stride),
    end_mask: bools(ends.map((end) => end < 0)),
  };
  return to.emit('slice_by_index', args, results);
}
