import { isStatic, type Node, type Shape, sizeOf } from '../model/index.js';
import { isFree, type Order, plain, sameOrder, trailing, widened } from './order.js';
import type { LayoutRule, Situation } from './rule.js';

/**
 * Operators that treat every element alike and broadcast their operands: any order will do, as long as it is the same for
 * all. Constants cost nothing to turn, so the other operands decide.
 */
export const elementwise: LayoutRule = {
  place(node, at) {
    const rank = node.outputs[0]?.rank;
    if (rank === undefined || node.inputs.some((value) => value && value.rank === undefined))
      return { inputs: [], outputs: [] };
    const order = cheapest(node, rank, at);
    return {
      inputs: node.inputs.map((value) => value && trailing(order, value.rank ?? 0)),
      outputs: node.outputs.map((value) => (value?.rank === rank ? order : undefined)),
    };
  },
  wish(node, index, result) {
    const rank = node.inputs[index]?.rank;
    return result && rank !== undefined && rank <= result.length ? trailing(result, rank) : undefined;
  },
};

/** Expand broadcasts its first operand to a shape, which is no operand to be laid out. */
export const expanding: LayoutRule = {
  place(node, at) {
    const rank = node.outputs[0]?.rank;
    if (rank === undefined || node.inputs[0]?.rank === undefined) return { inputs: [], outputs: [] };
    return { inputs: [at.order(0)], outputs: [widened(at.order(0), rank)] };
  },
  wish: (node, index, result) => (index === 0 ? elementwise.wish?.(node, index, result) : undefined),
};

/** The order that moves the fewest elements, among those that an operand has or the readers wish for. */
function cheapest(node: Node, rank: number, at: Situation): Order {
  const operands = node.inputs.flatMap((value, index) =>
    value && !value.constant && value.rank !== undefined ? [{ shape: value.shape, order: at.order(index) }] : [],
  );
  const candidates: Order[] = operands.map(({ order }) => widened(order, rank));
  const { wish } = at;
  if (wish) candidates.push(wish);
  let best = candidates[0] ?? plain(rank);
  let leastMoved = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    let moved = wish && !sameOrder(wish, candidate) ? movedBetween(node.outputs[0]?.shape, candidate, wish) : 0;
    for (const { shape, order } of operands) moved += movedBetween(shape, order, trailing(candidate, order.length));
    if (moved < leastMoved) {
      best = candidate;
      leastMoved = moved;
    }
  }
  return best;
}

/** Elements that a transpose between two orders moves; sizes that are not known count as 1. */
function movedBetween(shape: Shape | undefined, from: Order, to: Order): number {
  if (isFree(shape, from, to)) return 0;
  const sizes = (shape ?? []).map((size) => (typeof size === 'number' ? size : 1));
  return isStatic(sizes) ? sizeOf(sizes) : 1;
}
