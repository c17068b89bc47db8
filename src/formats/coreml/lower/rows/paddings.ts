import { decline } from '../../../../lowering/decline.js';
import { type Dimension, type Node, sizeOf } from '../../../../model/index.js';
import { expand as expandOperator, type PadMode, pad, tile as tileOperator } from '../../../../operators/index.js';
import type { Constant, MilValue } from '../../program/program.js';
import { int, ints, text } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, concat, expand, lastAlong, sizeVector, sliceAxis, tile, transpose, trimAxis } from '../operations.js';
import { pairsOf } from '../padding.js';
import { fixedSizes } from '../types.js';
import type { Rows } from './row.js';

/** Operators that make a tensor larger by what is in it already, or by a constant. */
export const paddings: Rows = {
  Pad(node, to) {
    const { mode, pads, constantValue } = pad.parameters(node);
    if (!pads) return to.output(openPadded(node, to));
    const cropped = crop(to, to.input(), pads);
    const before = pads.slice(0, pads.length / 2).map((count) => Math.max(0, count));
    const after = pads.slice(pads.length / 2).map((count) => Math.max(0, count));
    if (mode === 'wrap') to.output(wrapped(to, cropped, before, after));
    else if (mode !== 'constant') to.output(mirrored(to, cropped, before, after, mode));
    else if (constantValue === undefined) decline('the value it puts in is computed');
    else to.output(filled(to, cropped, before, after, constantValue));
  },

  Tile(node, to) {
    const { repeats } = tileOperator.parameters(node);
    const reps = repeats ?? node.inputs[1]?.elements ?? decline('its repeats are computed');
    to.output(tile(to, to.input(), reps));
  },

  Expand(node, to) {
    expandOperator.parameters(node);
    if (to.resultShape().length > 5) decline('its result has a rank over 5');
    to.output(expand(to, to.input(), to.resultShape()));
  },
};

/** The least that a size can be; 1 where nothing is known of it. */
const leastOf = (to: NodeBuilder, size: Dimension = 1): number => to.bounds.least(size) ?? 1;

/** Pads that shapes decide: sizes, or numbers of which nobody knows before it runs whether they take away. */
function openPadded(node: Node, to: NodeBuilder): MilValue {
  const { mode, constantValue } = pad.parameters(node);
  const isPlain = mode === 'constant' && constantValue !== undefined && to.kindOf() === 'float';
  if (!isPlain || node.hasInput(3)) return decline('its pads are computed');
  const how = { mode: text('constant'), constant_val: to.number(constantValue) };
  const x = to.input();
  const amounts = node.inputs[1]?.elements;
  if (amounts?.every((amount) => typeof amount === 'string' || amount >= 0)) {
    return to.emit('pad', { x, pad: sizeVector(to, pairsOf(amounts)), ...how }, to.resultShape());
  }
  const rank = x.type.shape.length;
  const given = to.input(1);
  const byEnd = to.emit('reshape', { x: given, shape: ints([2, rank]) }, [2, rank]);
  const byAxis = to.emit('reshape', { x: transpose(to, byEnd, [1, 0]), shape: ints([2 * rank]) }, [2 * rank]);
  const pads = binary(to, 'maximum', byAxis, int(0));
  return to.emit('pad', { x: cropComputed(to, x, given), pad: pads, ...how }, to.resultShape());
}

/** What negative pads take away, which MIL's do not. @param pads all begins and then all ends */
function cropComputed(to: NodeBuilder, x: MilValue, pads: MilValue): MilValue {
  const rank = x.type.shape.length;
  const cuts = binary(to, 'minimum', pads, int(0));
  const part = (from: number) => sliceAxis(to, cuts, 0, from, rank);
  const begin = binary(to, 'mul', part(0), int(-1));
  const end = binary(to, 'add', part(rank), sizeVector(to, x.type.shape));
  const shape = x.type.shape.map((size, axis) => (size === to.resultShape()[axis] ? size : to.unknownSize()));
  return to.emit('slice_by_index', { x, begin, end }, shape);
}

/** Negative pads take away. */
function crop(to: NodeBuilder, x: MilValue, pads: readonly number[]): MilValue {
  const rank = pads.length / 2;
  return x.type.shape.reduce((made: MilValue, size, axis) => {
    const begin = Math.max(0, -(pads[axis] ?? 0));
    const end = Math.max(0, -(pads[axis + rank] ?? 0));
    if (begin + end > 0 && begin + end >= leastOf(to, size)) decline('it takes away all of an axis');
    return trimAxis(to, made, axis, begin, end);
  }, x);
}

/** Pairs from the first padded axis on: MIL pads the last axes, as many as there are pairs. */
function padded(
  to: NodeBuilder,
  x: MilValue,
  before: readonly number[],
  after: readonly number[],
  how: Record<string, Constant>,
) {
  const first = before.findIndex((count, axis) => count > 0 || (after[axis] ?? 0) > 0);
  if (first < 0) return x;
  const pairs = before.slice(first).flatMap((count, i) => [count, after[first + i] ?? 0]);
  const shape = x.type.shape.map((size, axis) => {
    const more = (before[axis] ?? 0) + (after[axis] ?? 0);
    if (more === 0) return size;
    return typeof size === 'number' ? size + more : to.unknownSize();
  });
  return to.emit('pad', { x, pad: ints(pairs), ...how }, shape);
}

function filled(
  to: NodeBuilder,
  x: MilValue,
  before: readonly number[],
  after: readonly number[],
  value: number,
): MilValue {
  const kind = to.kindOf();
  if (kind === 'float') return padded(to, x, before, after, { mode: text('constant'), constant_val: to.number(value) });
  // Core ML pads floats alone; integers get what is put in as constants beside them.
  return x.type.shape.reduce((made: MilValue, _size, axis) => {
    const block = (count: number): MilValue[] => {
      if (count === 0) return [];
      const shape = fixedSizes(made).map((size, i) => (i === axis ? count : size));
      const elements = new Array<number>(sizeOf(shape)).fill(value);
      const data = kind === 'bool' ? Uint8Array.from(elements) : Int32Array.from(elements);
      return [to.value({ dtype: kind, shape, data })];
    };
    return concat(to, [...block(before[axis] ?? 0), made, ...block(after[axis] ?? 0)], axis);
  }, x);
}

/** Both ends of an axis once more, each at the other end: Core ML has no such mode, and elements of any type are joined. */
function wrapped(to: NodeBuilder, x: MilValue, before: readonly number[], after: readonly number[]): MilValue {
  return x.type.shape.reduce((made: MilValue, size, axis) => {
    const [left, right] = [before[axis] ?? 0, after[axis] ?? 0];
    if (Math.max(left, right) > leastOf(to, size)) decline('it wraps around more than once');
    const last = left > 0 ? [lastAlong(to, made, axis, left)] : [];
    const first = right > 0 ? [sliceAxis(to, made, axis, 0, right)] : [];
    return concat(to, [...last, made, ...first], axis);
  }, x);
}

/** Reflection and repetition of the border, of two axes at a time: Core ML does no more at once, and one after the other is the same. */
function mirrored(
  to: NodeBuilder,
  x: MilValue,
  before: readonly number[],
  after: readonly number[],
  mode: PadMode,
): MilValue {
  if (to.kindOf() !== 'float') decline('Core ML pads floats alone');
  const axes = before.flatMap((count, axis) => (count > 0 || (after[axis] ?? 0) > 0 ? [axis] : []));
  if (
    mode === 'reflect' &&
    axes.some((axis) => Math.max(before[axis] ?? 0, after[axis] ?? 0) >= leastOf(to, x.type.shape[axis]))
  ) {
    decline('it reflects further than the axis is long');
  }
  let made = x;
  for (let end = axes.length; end > 0; end -= 2) {
    const some = axes.slice(Math.max(0, end - 2), end);
    const ofThese = (counts: readonly number[]) => counts.map((count, axis) => (some.includes(axis) ? count : 0));
    made = mirroredPair(to, made, some, ofThese(before), ofThese(after), mode);
  }
  return made;
}

/** Core ML documents it for the last two axes: others are moved there and back. */
function mirroredPair(
  to: NodeBuilder,
  x: MilValue,
  axes: readonly number[],
  before: readonly number[],
  after: readonly number[],
  mode: PadMode,
): MilValue {
  const rank = x.type.shape.length;
  const perm = [...x.type.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)), ...axes];
  const back = perm.map((_, axis) => perm.indexOf(axis));
  const moved = (counts: readonly number[]) => perm.map((axis) => counts[axis] ?? 0);
  const how = { mode: text(mode === 'edge' ? 'replicate' : 'reflect'), constant_val: to.number(0) };
  const isLast = axes.every((axis) => axis >= rank - 2);
  if (isLast) return padded(to, x, before, after, how);
  return transpose(to, padded(to, transpose(to, x, perm), moved(before), moved(after), how), back);
}
