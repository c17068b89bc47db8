import { type Graph, type Node, Tensor, type Value } from '../../model/index.js';
import { advance } from '../../operators/compute/odometer.js';
import { concat, hasTrait, pad, resultsFor, transpose } from '../../operators/index.js';
import { channelConstant } from './channel-constant.js';
import { type Cell, cellIndex, extended, type Framed, filler, lineAt, unframed, withCells } from './framed.js';
import { writtenCells } from './written-cells.js';

/** Every value of a graph that is known to be an image with a border of constants, written in whatever way. */
export function framedValues(graph: Graph): Map<Value, Framed> {
  const frames = new Map<Value, Framed>();
  for (const node of graph.sorted()) {
    const output = node.outputs[0];
    const framed = node.domain === '' && output ? framedBy(node, frames) : undefined;
    if (output && framed) frames.set(output, framed);
  }
  return frames;
}

type Frames = ReadonlyMap<Value, Framed>;

function framedBy(node: Node, frames: Frames): Framed | undefined {
  if (node.is('Pad')) return padded(node, frames);
  if (node.is('Concat')) return joined(node, frames);
  if (!node.inputs.some((value) => value && frames.has(value))) return undefined;
  if (node.is('Transpose')) return turned(node, frames);
  if (node.is('ScatterND')) return writtenOver(node, frames);
  return hasTrait(node, 'elementwise') ? pointwise(node, frames) : undefined;
}

function padded(node: Node, frames: Frames): Framed | undefined {
  const { mode, pads, constantValue } = pad.parameters(node);
  const value = node.input(0);
  const framed = frames.get(value) ?? unframed(value);
  const rank = framed?.order.length ?? 0;
  if (!framed || mode !== 'constant' || constantValue === undefined || pads?.length !== 2 * rank) return undefined;
  const fill = filler(value.dtype, constantValue);
  return fill && around(framed, pads.slice(0, rank), pads.slice(rank), fill);
}

/** Lines along axes of the value, which may have been turned. */
function around(framed: Framed, before: readonly number[], after: readonly number[], fill: Tensor): Framed | undefined {
  const { order } = framed;
  const toImage = (counts: readonly number[]) => counts.map((_, axis) => counts[order.indexOf(axis)] ?? 0);
  const [begin, end] = [toImage(before), toImage(after)];
  const isPlain = [...begin, ...end].every((count) => count >= 0) && [begin, end].every(([n, c]) => n === 0 && c === 0);
  return isPlain ? extended(framed, begin, end, fill) : undefined;
}

/** An image between constants along one axis. */
function joined(node: Node, frames: Frames): Framed | undefined {
  const { rank } = node.output();
  const { axis } = concat.parameters(node);
  const at = node.inputs.findIndex((value) => value && !channelConstant(value));
  const value = node.inputs[at];
  if (!value || rank === undefined) return undefined;
  const place = axis < 0 ? axis + rank : axis;
  let framed = frames.get(value) ?? unframed(value);
  // From the image outwards.
  for (const piece of node.inputs.slice(0, at).reverse()) framed = framed && beside(framed, piece, place, 'before');
  for (const piece of node.inputs.slice(at + 1)) framed = framed && beside(framed, piece, place, 'after');
  return framed;
}

function beside(framed: Framed, piece: Value | undefined, place: number, side: 'before' | 'after'): Framed | undefined {
  const constant = piece && channelConstant(piece);
  const size = piece?.shape?.[place];
  const isPerChannel = constant && (constant.axis === undefined || framed.order[constant.axis] === 1);
  if (!isPerChannel || typeof size !== 'number') return undefined;
  const counts = framed.order.map((_, axis) => (axis === place ? size : 0));
  const none = counts.map(() => 0);
  const [before, after] = side === 'before' ? [counts, none] : [none, counts];
  return around(framed, before, after, constant.values);
}

function turned(node: Node, frames: Frames): Framed | undefined {
  const framed = frames.get(node.input(0));
  const { perm } = transpose.parameters(node);
  return framed && perm && { ...framed, order: perm.map((axis) => framed.order[axis] ?? axis) };
}

function writtenOver(node: Node, frames: Frames): Framed | undefined {
  const framed = frames.get(node.input(0));
  const written = framed && writtenCells(node, framed);
  return written && withCells(framed, (cell, lines) => written(lines) ?? cell);
}

/** Cell by cell; the image itself passes through where the other operands leave it as it is. */
function pointwise(node: Node, frames: Frames): Framed | undefined {
  const framed = node.inputs.flatMap((value) => (value && frames.get(value)) ?? []);
  const base = framed.find((one) => holdsImage(one)) ?? framed.find(({ image }) => image.shape?.[1] !== 1) ?? framed[0];
  if (!base) return undefined;
  const readers = node.inputs.map((value) => value && cellsOf(value, base, frames));
  if (readers.includes(undefined)) return undefined;
  const made = withCells(base, (_, lines) =>
    computed(
      node,
      readers.map((read) => read?.(lines)),
    ),
  );
  return made.cells.includes(undefined) ? undefined : made;
}

function holdsImage({ cells }: Framed): boolean {
  return cells.includes('image');
}

type Read = (lines: readonly number[]) => Cell;

/** How an operand is read cell by cell, where it has the frame of the base or is a constant that does not widen it. */
function cellsOf(value: Value, base: Framed, frames: Frames): Read | undefined {
  if (value.constant) return constantCells(value.constant, base);
  const framed = frames.get(value);
  return framed && isAlike(framed, base) ? (lines) => framed.cells[cellIndex(base, lines)] : undefined;
}

/** The same frame around images of the same size, or of one channel or one image for all. */
function isAlike(one: Framed, base: Framed): boolean {
  if (holdsImage(one) && one.image !== base.image) return false;
  const isStretched = (axis: number) => axis < 2 && one.image.shape?.[axis] === 1;
  return (
    (['begin', 'end', 'order'] as const).every((key) => String(one[key]) === String(base[key])) &&
    (one.image.shape ?? []).every((size, axis) => size === base.image.shape?.[axis] || isStretched(axis))
  );
}

/** A constant tensor, where it is the same all over every cell but for the channels. */
function constantCells(tensor: Tensor, base: Framed): Read | undefined {
  const offset = base.order.length - tensor.shape.length;
  if (offset < 0 || tensor.size === 0 || tensor.dtype === 'string') return undefined;
  const axes = base.order.slice(offset);
  const channelAxis = axes.indexOf(1);
  const channels = channelAxis < 0 ? 1 : (tensor.shape[channelAxis] ?? 1);
  const imageChannels = base.image.shape?.[1];
  // Constants of one channel may be stretched over more, the image itself may not.
  if (channels !== 1 && channels !== imageChannels && (imageChannels !== 1 || holdsImage(base))) return undefined;
  const numbers = tensor.toFloat64();
  // NaN stands for what is not known yet.
  if (numbers.some(Number.isNaN)) return undefined;
  const cells = new Map<string, Float64Array>();
  const index = axes.map(() => 0);
  for (const value of numbers) {
    const lines = index.map((at, k) => (tensor.shape[k] === 1 || axes[k] === 1 ? '' : lineAt(base, axes[k] ?? 0, at)));
    if (lines.includes(undefined)) return undefined;
    const key = lines.join();
    const cell = cells.get(key) ?? new Float64Array(channels).fill(Number.NaN);
    cells.set(key, cell);
    const channel = channels === 1 ? 0 : (index[channelAxis] ?? 0);
    if (!Number.isNaN(cell[channel]) && cell[channel] !== value) return undefined;
    cell[channel] = value;
    advance(index, tensor.shape);
  }
  return (lines) => {
    const key = axes.map((axis, k) => (tensor.shape[k] === 1 || axis === 1 ? '' : lines[axis])).join();
    const values = cells.get(key);
    return values && Tensor.from(tensor.dtype, [values.length], values);
  };
}

/** What a pointwise node makes of cells. */
function computed(node: Node, cells: readonly Cell[]): Cell {
  const tensors = cells.filter((cell) => cell instanceof Tensor);
  if (tensors.length === cells.length) return resultsFor(node, tensors)?.[0];
  if (cells.includes(undefined)) return undefined;
  const [first, second, third] = cells;
  switch (node.operator) {
    case 'Add':
      return isEach(first, 0) || isEach(second, 0) ? 'image' : undefined;
    case 'Sub':
      return isEach(second, 0) ? 'image' : undefined;
    case 'Mul':
      return isEach(first, 1) || isEach(second, 1) ? 'image' : undefined;
    case 'Where':
      return isEach(first, 1) ? second : isEach(first, 0) ? third : undefined;
    default:
      return undefined;
  }
}

function isEach(cell: Cell, value: number): boolean {
  return cell instanceof Tensor && cell.toFloat64().every((number) => number === value);
}
