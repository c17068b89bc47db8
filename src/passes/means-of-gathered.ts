import type { Node, Value } from '../model/index.js';
import { hasTrait } from '../operators/index.js';
import { Writer } from './composites/writer.js';
import type { Changes, Pass } from './pass.js';
import { removeUnread, replaceResults } from './replace-node.js';
import { pickedBy } from './windows/picked-by.js';
import { isMade, type Picks } from './windows/picks.js';
import { type AxisShares, sharesByAxis } from './windows/shares.js';

/** Targets hold tensors of so many axes. */
const MOST_AXES = 5;

/**
 * Writes means over windows that were gathered by tables of constant indices, as adaptive and area pooling are exported, as a
 * product with a constant matrix for each axis.
 *
 * Given: `y = ReduceMean(Gather(x, indices [rows, columns], axis: k), axes: [k + 1])`, also of several axes one after the other;
 * or GatherND of all axes at once, what lies beyond a window masked by 0, its elements added one by one and divided by how many
 * they are.
 * Result: `y = MatMul(x, shares [size, rows])` along each axis, shares 1 / columns where an index stands.
 * Exact: a sum of the same numbers, in another order. Of ranks over 5, which targets have not, nothing is left.
 * Keeps off: indices that are computed; sums that are none by axis, or are in other places than what they are of.
 */
export const meansOfGathered: Pass = {
  name: 'means-of-gathered',
  run(graph, changes) {
    const known = new Map<Value, Picks>();
    const found = new Map<Node, readonly AxisShares[]>();
    for (const node of graph.sorted()) {
      const picks = pickedBy(node, known);
      if (!picks) continue;
      known.set(node.output(), picks);
      const shares = isSum(node, picks) ? sharesByAxis(picks) : undefined;
      if (shares) found.set(node, shares);
    }
    // The last first: what led to it goes with it.
    for (const [node, shares] of [...found].reverse()) {
      const x = known.get(node.output())?.x;
      if (x && graph.has(node)) replaceBy(node, x, shares, changes);
    }
  },
};

/** Whether a node ends what sums up windows: a reduction of them, or what has led through more axes than targets have. */
function isSum(node: Node, { axes, elements, highestRank }: Picks): boolean {
  if (!axes.some(isMade) || axes.length > MOST_AXES) return false;
  if (hasTrait(node, 'moves', 'reshapes')) return false;
  return highestRank > MOST_AXES || (node.is('ReduceMean', 'ReduceSum') && elements.some(({ size }) => size > 1));
}

function replaceBy(node: Node, x: Value, shares: readonly AxisShares[], changes: Changes): void {
  const to = new Writer(node);
  const before = [...node.inputs];
  const result = shares.reduce((value, each) => (isWhole(each) ? value : along(to, value, each)), x);
  replaceResults(node, [result], changes);
  if (!node.graph.has(node)) removeUnread(node.graph, before);
}

/** Whether the one place of an axis stays as it is. */
const isWhole = ({ size, rows, shares }: AxisShares): boolean => size === 1 && rows === 1 && shares[0] === 1;

/** x with one axis multiplied by the share that each of its places has in each row. */
function along(to: Writer, x: Value, { axis, size, rows, shares }: AxisShares): Value {
  const rank = x.rank ?? 0;
  const matrix = to.constant(x.dtype ?? 'float32', [size, rows], shares);
  if (axis === rank - 1) return to.product(x, matrix);
  const swapped = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  return to.transpose(to.product(to.transpose(x, swapped), matrix), swapped);
}
