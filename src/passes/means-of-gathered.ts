import { isFloat, isStatic, type Node, type Value } from '../model/index.js';
import { gather, reduceMean, reduceSum } from '../operators/index.js';
import { Writer } from './composites/writer.js';
import type { Changes, Pass } from './pass.js';
import { isUnread, replaceResults } from './replace-node.js';

/** An axis of what was gathered: one of the first value's, or one of the two that a table of indices put in its place. */
interface Axis {
  readonly of: number;
  readonly part: 'whole' | 'row' | 'column';
}

/** Indices [rows, columns] along an axis of the first value. */
interface Picked {
  readonly axis: number;
  readonly rows: number;
  readonly columns: number;
  readonly indices: readonly number[];
}

/**
 * Writes means over windows that were gathered by tables of constant indices, as adaptive and area pooling are exported, as a
 * product with a constant matrix for each axis.
 *
 * Given: `y = ReduceMean(Gather(x, indices [rows, columns], axis: k), axes: [k + 1])`, also of several axes one after the other.
 * Result: `y = MatMul(x, shares [size, rows])` along that axis, shares 1 / columns where an index stands.
 * Exact: a sum of the same numbers, in another order. Of ranks over 5, which targets have not, nothing is left.
 * Keeps off: where other axes are reduced, kept with size 1, or indices are computed or read by others.
 */
export const meansOfGathered: Pass = {
  name: 'means-of-gathered',
  run(graph, changes) {
    for (const node of graph.nodesOf('ReduceMean', 'ReduceSum')) rewrite(node, changes);
  },
};

function rewrite(node: Node, changes: Changes): void {
  const { axes, keepDims } = (node.is('ReduceMean') ? reduceMean : reduceSum).parameters(node);
  const chain = gathers(node.input(0));
  const [first] = chain;
  if (!first || !axes || keepDims || !isFloat(first.input(0).dtype)) return;
  const x = first.input(0);
  const picked = pick(x, chain);
  if (!picked) return;
  const { from, laid } = picked;
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + laid.length : axis)));
  if (!laid.every(({ part }, place) => reduced.has(place) === (part === 'column'))) return;
  const to = new Writer(node);
  const result = from.reduce((value, each) => along(to, value, each, node.is('ReduceMean')), x);
  replaceResults(node, [result], changes);
  for (const each of chain.reverse()) if (isUnread(each)) each.graph.remove(each);
}

/** The Gathers that lead to a value, first one first, each read by the next alone. */
function gathers(value: Value): Node[] {
  const node = value.producer;
  const isOne = node?.is('Gather') && !value.isOutput && value.readerCount === 1 && node.input(1).constant;
  return node && isOne && node.input(1).rank === 2 ? [...gathers(node.input(0)), node] : [];
}

/** What each Gather takes of an axis of x, and what axes there are behind the last; undefined where one is picked from twice. */
function pick(x: Value, chain: readonly Node[]): { readonly from: Picked[]; readonly laid: Axis[] } | undefined {
  const { shape } = x;
  if (!isStatic(shape)) return undefined;
  const laid = shape.map((_, of): Axis => ({ of, part: 'whole' }));
  const from: Picked[] = [];
  for (const node of chain) {
    const { axis: given } = gather.parameters(node);
    const place = given < 0 ? given + laid.length : given;
    const [rows, columns] = node.input(1).shape ?? [];
    const axis = laid[place];
    const size = axis && shape[axis.of];
    if (axis?.part !== 'whole' || !size || typeof rows !== 'number' || typeof columns !== 'number') return undefined;
    const given64 = Array.from(node.input(1).constant?.toFloat64() ?? []);
    const indices = given64.map((index) => (index < 0 ? index + size : index));
    if (indices.some((index) => index < 0 || index >= size)) return undefined;
    laid.splice(place, 1, { of: axis.of, part: 'row' }, { of: axis.of, part: 'column' });
    from.push({ axis: axis.of, rows, columns, indices });
  }
  return { from, laid };
}

/** x with one axis multiplied by the share that each of its places has in each row. */
function along(to: Writer, x: Value, { axis, rows, columns, indices }: Picked, isMean: boolean): Value {
  const rank = x.rank ?? 0;
  const size = Number(x.shape?.[axis]);
  const shares = new Float64Array(size * rows);
  indices.forEach((index, i) => {
    const at = index * rows + Math.floor(i / columns);
    shares[at] = (shares[at] ?? 0) + (isMean ? 1 / columns : 1);
  });
  const matrix = to.constant(x.dtype ?? 'float32', [size, rows], shares);
  if (axis === rank - 1) return to.product(x, matrix);
  const swapped = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  return to.transpose(to.product(to.transpose(x, swapped), matrix), swapped);
}
