import { Tensor, type Value } from '../../model/index.js';
import { advance } from '../../operators/compute/odometer.js';
import { channelConstant } from './channel-constant.js';

/** What a cell holds: the image's own numbers, or constants [C], or one [1] for all channels. undefined: anything. */
export type Cell = 'image' | Tensor | undefined;

/**
 * A value that is an image with lines of pixels around it, whatever the size of the image. Each axis is cut into its lines:
 * `begin` single ones, then all of the image as one, then `end` single ones. A cell is one line of every axis.
 */
export interface Framed {
  /** [N, C, *D] */
  readonly image: Value;
  /** Axis i of the value is axis `order[i]` of the image. */
  readonly order: readonly number[];
  /** Lines per axis of the image; none along N and C. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
  /** Row-major over the lines of the image's axes. */
  readonly cells: readonly Cell[];
}

/** Borders of networks are a few pixels wide; beyond this nothing is looked at. */
const MOST_CELLS = 2 ** 10;

/** A value as an image without a border; undefined where rank or channels are not known. */
export function unframed(image: Value): Framed | undefined {
  const { rank, shape } = image;
  if (rank === undefined || rank < 3 || typeof shape?.[1] !== 'number') return undefined;
  const constant = channelConstant(image);
  const isUniform = constant && (constant.axis === undefined || constant.axis === 1);
  const none = new Array<number>(rank).fill(0);
  return {
    image,
    order: none.map((_, i) => i),
    begin: none,
    end: none,
    cells: [isUniform ? constant.values : 'image'],
  };
}

/** How many lines of cells each axis has: one for each element of the border, and one for the image. */
export function linesOf({ begin, end }: Framed): number[] {
  return begin.map((count, axis) => count + 1 + (end[axis] ?? 0));
}

/** Where the cell of these lines stands among the cells. */
export function cellIndex({ begin, end }: Framed, lines: readonly number[]): number {
  return lines.reduce((at, line, axis) => at * ((begin[axis] ?? 0) + 1 + (end[axis] ?? 0)) + line, 0);
}

/** The same frame with other contents. */
export function withCells(framed: Framed, make: (cell: Cell, lines: readonly number[]) => Cell): Framed {
  const counts = linesOf(framed);
  const lines = new Array<number>(counts.length).fill(0);
  const cells = framed.cells.map((cell) => {
    const made = make(cell, lines);
    advance(lines, counts);
    return made;
  });
  return { ...framed, cells };
}

/** More lines around it, all of which hold `fill`. */
export function extended(
  framed: Framed,
  before: readonly number[],
  after: readonly number[],
  fill: Tensor,
): Framed | undefined {
  const begin = framed.begin.map((count, axis) => count + (before[axis] ?? 0));
  const end = framed.end.map((count, axis) => count + (after[axis] ?? 0));
  const size = begin.reduce((product, count, axis) => product * (count + 1 + (end[axis] ?? 0)), 1);
  if (size > MOST_CELLS) return undefined;
  const old = linesOf(framed);
  const larger: Framed = { ...framed, begin, end, cells: new Array<Cell>(size).fill(fill) };
  return withCells(larger, (_, lines) => {
    const inner = lines.map((line, axis) => line - (before[axis] ?? 0));
    const isInside = inner.every((line, axis) => line >= 0 && line < (old[axis] ?? 0));
    return isInside ? framed.cells[cellIndex(framed, inner)] : fill;
  });
}

/** The number of elements of the value along an axis of the image; undefined where it is open. */
export function sizeAlong({ image, begin, end }: Framed, axis: number): number | undefined {
  const size = image.shape?.[axis];
  return typeof size === 'number' ? (begin[axis] ?? 0) + size + (end[axis] ?? 0) : undefined;
}

/** The line that an index along an axis of the image falls in; negative ones count from the end. */
export function lineAt(framed: Framed, axis: number, index: number): number | undefined {
  const [begin, end] = [framed.begin[axis] ?? 0, framed.end[axis] ?? 0];
  const size = sizeAlong(framed, axis);
  if (index >= 0 && index < begin) return index;
  if (index < 0 && -index <= end) return begin + 1 + end + index;
  if (size === undefined) return undefined;
  const place = index < 0 ? index + size : index;
  if (place < 0 || place >= size) return undefined;
  return place < begin ? place : Math.max(begin, place - size + begin + 1 + end);
}

/** The same number in every element, as the constant of a cell. */
export function filler(dtype: Value['dtype'], value: number): Tensor | undefined {
  return dtype && Tensor.from(dtype, [1], [value]);
}
