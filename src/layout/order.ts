import type { Shape } from '../model/index.js';

/**
 * How a value lies in memory: axis k in memory is axis `order[k]` of the ONNX value. `[0,2,3,1]` is an NCHW value held as
 * NHWC. `ArtefactPort.permutation` is the same thing for what a user feeds and reads.
 */
export type Order = readonly number[];

/** The order of ONNX itself. */
export function plain(rank: number): Order {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Batch, then space, then channels. Ranks below 3 have no space and stay as they are. */
export function channelsLast(rank: number): Order {
  if (rank < 3) return plain(rank);
  return [0, ...plain(rank).slice(2), 1];
}

/** Whether the axes lie as ONNX has them. */
export function isPlain(order: Order): boolean {
  return order.every((axis, k) => axis === k);
}

/** Whether two orders are one; those of different ranks are not. */
export function sameOrder(a: Order, b: Order): boolean {
  return a.length === b.length && a.every((axis, k) => axis === b[k]);
}

/** The permutation that undoes `order`: where each ONNX axis lies in memory. */
export function inverse(order: Order): number[] {
  const positions = new Array<number>(order.length).fill(0);
  order.forEach((axis, k) => {
    positions[axis] = k;
  });
  return positions;
}

/** What lies along the axes in memory: `items[k]` belongs to ONNX axis k. */
export function arrange<T>(items: readonly T[], order: Order): T[] {
  return order.map((axis) => pick(items, axis));
}

/** The permutation of a transpose that turns a value held in `from` into one held in `to`. */
export function conversion(from: Order, to: Order): number[] {
  const positions = inverse(from);
  return to.map((axis) => pick(positions, axis));
}

/** Whether going from one order to the other moves no element, because only axes of size 1 change places. */
export function isFree(shape: Shape | undefined, from: Order, to: Order): boolean {
  if (sameOrder(from, to)) return true;
  if (!shape) return false;
  const long = (axis: number) => shape[axis] !== 1;
  return sameOrder(from.filter(long), to.filter(long));
}

/** The order of a value without some of its axes, which are numbered anew. */
export function without(order: Order, removed: ReadonlySet<number>): Order {
  return rankOf(order.filter((axis) => !removed.has(axis)));
}

/** The order that the last `rank` axes of a larger value have among themselves: how an operand that broadcasts has to lie. */
export function trailing(order: Order, rank: number): Order {
  const first = order.length - rank;
  return order.filter((axis) => axis >= first).map((axis) => axis - first);
}

/** The order of a value with new axes in front of it. */
export function widened(order: Order, rank: number): Order {
  const added = rank - order.length;
  return [...plain(added), ...order.map((axis) => axis + added)];
}

/** Numbers replaced by their ranks: `[0,3,2]` becomes `[0,2,1]`. */
function rankOf(axes: readonly number[]): number[] {
  const ascending = [...axes].sort((a, b) => a - b);
  return axes.map((axis) => ascending.indexOf(axis));
}

function pick<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`);
  return item;
}
