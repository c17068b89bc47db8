import { type Dimension, type Node, sizeOf, Tensor, type Value } from '../../model/index.js';
import { scatterNd, slice } from '../../operators/index.js';
import { isWholeRange, listOfColumn } from '../whole-range.js';
import { channelConstant } from './channel-constant.js';
import { type Framed, lineAt, sizeAlong } from './framed.js';

/** What a write puts into the cell of these lines (one per axis of the image); undefined: it leaves it as it is. */
export type Written = (lines: readonly number[]) => Tensor | undefined;

/**
 * The cells of a framed image that a ScatterND writes over as a whole, each with constants per channel.
 * @returns undefined where it writes a part of a cell, anything else, or where that depends on sizes that are open
 */
export function writtenCells(node: Node, framed: Framed): Written | undefined {
  if (scatterNd.parameters(node).reduction !== 'none') return undefined;
  const [indices, updates] = [node.constant(1), node.constant(2)];
  return indices && updates ? listed(indices, updates, framed) : ranged(node, framed);
}

/** Indices that the file lists one by one. */
function listed(indices: Tensor, updates: Tensor, framed: Framed): Written | undefined {
  const depth = indices.shape.at(-1) ?? 0;
  const axes = framed.order.slice(0, depth);
  const sizes = axes.map((axis) => sizeAlong(framed, axis));
  const places = indices.toFloat64();
  const count = places.length / depth;
  if (depth === 0 || count === 0 || sizes.includes(undefined)) return undefined;
  const row = new Row(updates, framed.order.slice(depth));
  const cells = new Map<string, { readonly seen: Set<number>; readonly values: Float64Array }>();
  for (let i = 0; i < count; i++) {
    const place = Array.from(places.subarray(i * depth, (i + 1) * depth), (at, k) =>
      at < 0 ? at + (sizes[k] ?? 0) : at,
    );
    const lines = place.map((at, k) => lineAt(framed, axes[k] ?? 0, at));
    if (lines.includes(undefined)) return undefined;
    const key = lines.join();
    const cell = cells.get(key) ?? { seen: new Set(), values: new Float64Array(channelsOf(framed)).fill(Number.NaN) };
    cells.set(key, cell);
    cell.seen.add(place.reduce((sum, at, k) => sum * (sizes[k] ?? 1) + at, 0));
    if (!row.readInto(cell.values, i, place[axes.indexOf(1)])) return undefined;
  }
  const constants = new Map<string, Tensor>();
  for (const [key, { seen, values }] of cells) {
    const lines = key.split(',').map(Number);
    const extent = lines.map((line, k) =>
      line === framed.begin[axes[k] ?? 0] ? framed.image.shape?.[axes[k] ?? 0] : 1,
    );
    if (seen.size !== sizeOf(extent.map(Number)) || values.some(Number.isNaN)) return undefined;
    constants.set(key, Tensor.from(updates.dtype, [values.length], values));
  }
  return (lines) => constants.get(axes.map((axis) => lines[axis]).join());
}

/** What one index writes: a row of updates, over the axes that the index leaves. */
class Row {
  readonly #values: Float64Array;
  readonly #length: number;
  /** Elements of the row between one channel and the next; undefined where the index says which channel it is. */
  readonly #inner: number | undefined;

  constructor(updates: Tensor, left: readonly number[]) {
    const shape = left.length > 0 ? updates.shape.slice(-left.length) : [];
    const at = left.indexOf(1);
    this.#values = updates.toFloat64();
    this.#length = sizeOf(shape);
    this.#inner = at < 0 ? undefined : sizeOf(shape.slice(at + 1));
  }

  /** Takes the constant of every channel; false where two numbers of one channel differ, or one is NaN: that stands for none yet. */
  readInto(channels: Float64Array, index: number, channel: number | undefined): boolean {
    for (let i = 0; i < this.#length; i++) {
      const c = this.#inner === undefined ? (channel ?? 0) : Math.floor(i / this.#inner) % channels.length;
      const value = this.#values[index * this.#length + i] ?? Number.NaN;
      const known = channels[c] ?? Number.NaN;
      if (Number.isNaN(value)) return false;
      if (Number.isNaN(known)) channels[c] = value;
      else if (known !== value) return false;
    }
    return true;
  }
}

function channelsOf({ image }: Framed): number {
  return Number(image.shape?.[1]);
}

/** Lines along one axis, or all of them. */
type Lines = 'all' | ReadonlySet<number>;

/** Indices that are ranges of lines, cut out of all that an axis of open size has. */
function ranged(node: Node, framed: Framed): Written | undefined {
  const [data, indices] = [node.input(0), node.input(1)];
  const constant = channelConstant(node.input(2));
  const depth = Number(indices.shape?.at(-1));
  // One number per axis of the grid, so that axes of the updates are axes of the value.
  if (!constant || indices.rank !== depth + 1) return undefined;
  if (constant.axis !== undefined && framed.order[constant.axis] !== 1) return undefined;
  const lists = depth === 1 ? [listOfColumn(indices)] : gridOf(indices, depth);
  const axes = framed.order.slice(0, depth);
  const lines = axes.map((axis, k) => {
    const list = lists?.[k];
    return list && linesIn(list, framed, axis, data.shape?.[k]);
  });
  if (lines.includes(undefined)) return undefined;
  return (cell) => {
    const isWritten = axes.every((axis, k) => lines[k] === 'all' || lines[k]?.has(cell[axis] ?? 0));
    return isWritten ? constant.values : undefined;
  };
}

/** The lists, one per axis, behind indices [K0, K1, …, depth] that hold every combination of them. */
function gridOf(indices: Value, depth: number): (Value | undefined)[] | undefined {
  const node = indices.producer;
  if (!node?.is('Concat') || node.inputs.length !== depth) return undefined;
  return node.inputs.map((part, axis) =>
    part?.shape?.at(-1) === 1 && part.rank === depth + 1 ? listOf(part, axis, depth) : undefined,
  );
}

/** A list along one axis of a grid: set along it, then stretched along the others. */
function listOf(part: Value, axis: number, depth: number): Value | undefined {
  const unsqueeze = part.producer;
  if (!unsqueeze?.is('Unsqueeze', 'Reshape')) return undefined;
  const stretched = unsqueeze.input(0);
  if (stretched.rank !== depth) return undefined;
  const set = stretched.producer?.is('Expand') ? stretched.producer.input(0) : stretched;
  const own = axis - (depth - (set.rank ?? 0));
  const isAlong = set.shape?.every((size, i) => size === (i === own ? part.shape?.[axis] : 1));
  if (own < 0 || !isAlong) return undefined;
  if (set.constant || set.rank === 1) return set;
  const shaping = set.producer;
  return shaping?.is('Unsqueeze', 'Reshape') && shaping.input(0).rank === 1 ? shaping.input(0) : undefined;
}

/** What exporters give as the end of all. */
const NO_END = 2 ** 31 - 1;

/** The lines that a list takes along an axis; it is constant, a range over the whole axis, or the first or last of that. */
function linesIn(list: Value, framed: Framed, axis: number, size: Dimension | undefined): Lines | undefined {
  if (isWholeRange(list, size)) return 'all';
  if (list.constant) return linesAt([...list.constant.toFloat64()], framed, axis);
  const node = list.producer;
  if (!node?.is('Slice') || !isWholeRange(node.input(0), size)) return undefined;
  const { starts, ends, steps } = slice.parameters(node);
  const [start, end, step] = [starts?.[0], ends?.[0], steps?.[0]];
  if (start === undefined || end === undefined || step !== 1) return undefined;
  if (start === 0 && end >= NO_END) return 'all';
  const [first, last] = start < 0 && end >= NO_END ? [start, 0] : [start, end];
  // Counted from one end alone: such lines are there whatever the size is.
  if (first >= last || (first < 0 && last > 0) || last - first > (framed.begin[axis] ?? 0) + (framed.end[axis] ?? 0))
    return undefined;
  return linesAt(
    Array.from({ length: last - first }, (_, i) => first + i),
    framed,
    axis,
  );
}

function linesAt(indices: readonly number[], framed: Framed, axis: number): Lines | undefined {
  const lines = indices.map((at) => lineAt(framed, axis, at));
  // A part of the image's own extent is no line.
  if (lines.some((line) => line === undefined || line === framed.begin[axis])) return undefined;
  return new Set(lines.flatMap((line) => line ?? []));
}
