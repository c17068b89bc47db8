import type { Dimension, Shape } from '../model/index.js';
import { type Order, plain } from './order.js';

/** Axes of the operand and of the result that hold the same elements: `from..fromEnd` became `to..toEnd`. */
interface Group {
  readonly from: number;
  readonly fromEnd: number;
  readonly to: number;
  readonly toEnd: number;
}

/** How a reshape is done without moving elements. */
export interface ReshapePlacement {
  /** How the operand has to lie for the reshape to move no element. */
  readonly input: Order;
  readonly output: Order;
}

/**
 * How a reshape is done without undoing a layout: [N,C,H,W] held as NHWC becomes [N,C,H*W] held as [N,H*W,C] at no cost,
 * since H and W lie side by side and in their order. Axes fall into groups that hold the same elements on both sides;
 * whatever order the groups have in memory is kept, and the operand is turned only where axes of one group do not lie
 * side by side, in their order. Axes of size 1 lie anywhere.
 */
export function placeReshape(input: Shape, output: Shape, order: Order): ReshapePlacement {
  if (input.length === 0) return { input: [], output: plain(output.length) };
  const groups = groupAxes(input, output);
  const arranged = order
    .filter((axis) => input[axis] !== 1)
    .map((axis) => groups.find((group) => group.from <= axis && axis < group.fromEnd))
    .filter((group) => group !== undefined);
  // A group of nothing but ones has no place of its own: it follows the group in front of it.
  const sequence: Group[] = [];
  const taken = new Set<Group>();
  const take = (group: Group) => {
    if (taken.has(group)) return;
    taken.add(group);
    sequence.push(group);
    for (let next = groups.indexOf(group) + 1; next < groups.length; next++) {
      const follower = groups[next];
      if (!follower || !isOnes(input, follower)) break;
      take(follower);
    }
  };
  for (const group of groups) {
    if (!isOnes(input, group)) break;
    take(group);
  }
  for (const group of arranged) take(group);
  const required = sequence.flatMap((group) => range(group.from, group.fromEnd));
  const result = sequence.flatMap((group) => range(group.to, group.toEnd));
  return { input: settleOnes(input, order, required), output: result };
}

/** `order` itself where it differs from `required` only in where axes of size 1 stand, so that nothing is inserted. */
function settleOnes(shape: Shape, order: Order, required: Order): Order {
  const long = (axis: number) => shape[axis] !== 1;
  return order.filter(long).join() === required.filter(long).join() ? order : required;
}

function isOnes(shape: Shape, group: Group): boolean {
  return range(group.from, group.fromEnd).every((axis) => shape[axis] === 1);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** The finest groups: cut wherever the axes before hold, or the axes behind hold, equally many elements on both sides. */
function groupAxes(input: Shape, output: Shape): Group[] {
  const cuts = new Map<number, number>();
  const fromFront = matchPrefixes(input, output);
  const fromBack = matchPrefixes([...input].reverse(), [...output].reverse());
  for (const [from, to] of fromFront) cuts.set(from, to);
  for (const [from, to] of fromBack) {
    if (!cuts.has(input.length - from)) cuts.set(input.length - from, output.length - to);
  }
  cuts.set(input.length, output.length);
  cuts.delete(0);
  const groups: Group[] = [];
  let from = 0;
  let to = 0;
  for (const [fromEnd, toEnd] of [...cuts].sort(([a], [b]) => a - b)) {
    if (toEnd < to) continue;
    groups.push({ from, fromEnd, to, toEnd });
    from = fromEnd;
    to = toEnd;
  }
  return groups;
}

/** Pairs of lengths whose leading dimensions multiply to the same size; a size of 0 says nothing and ends the search. */
function matchPrefixes(input: Shape, output: Shape): Map<number, number> {
  const pairs = new Map<number, number>();
  const sizes = new Map<string, number>();
  prefixSizes(output).forEach((size, length) => {
    sizes.set(size, length);
  });
  prefixSizes(input).forEach((size, length) => {
    const other = sizes.get(size);
    if (other !== undefined) pairs.set(length, other);
  });
  return pairs;
}

/** The size of each prefix as text: the product of its numbers and the sorted symbols of the rest. */
function prefixSizes(shape: Shape): string[] {
  let product = 1;
  const symbols: string[] = [];
  const prefixes = ['1'];
  for (const dimension of shape as readonly Dimension[]) {
    if (dimension === 0) break;
    if (typeof dimension === 'number') product *= dimension;
    else symbols.push(dimension);
    prefixes.push([product, ...symbols.toSorted()].join('*'));
  }
  return prefixes;
}
