import { isStatic, type Node, type Value } from '../model/index.js';
import { gather, transpose } from '../operators/index.js';
import { Writer } from './composites/writer.js';
import type { Changes, Pass } from './pass.js';
import { isUnread, replaceNode } from './replace-node.js';

/** Targets hold tensors of so many axes. */
const MOST_AXES = 5;

/**
 * Takes two axes together before windows are gathered along another one, as unfolding is exported.
 *
 * Given: `y = Reshape(Transpose(Gather(x, indices [rows, columns], axis: k), perm))`, of six axes, two of which stand before k and
 * stay neighbours.
 * Result: the same with these two as one axis, so that five are left.
 * Exact: the same elements; in row-major order such axes are one.
 * Keeps off: what is read by others on the way, sizes that are not known behind the two axes.
 */
export const gatherInFewerAxes: Pass = {
  name: 'gather-in-fewer-axes',
  run(graph, changes) {
    for (const node of graph.nodesOf('Reshape')) rewrite(node, changes);
  },
};

function rewrite(node: Node, changes: Changes): void {
  const turned = soleProducer(node, 'Transpose');
  const gathered = turned && soleProducer(turned, 'Gather');
  const result = node.output().shape;
  if (!turned || !gathered || !result || result.filter((size) => typeof size !== 'number').length > 1) return;
  const x = gathered.input(0);
  const { perm = [] } = transpose.parameters(turned);
  if (perm.length <= MOST_AXES || gathered.input(1).rank !== 2 || !x.shape) return;
  const axis = gather.parameters(gathered).axis;
  const along = axis < 0 ? axis + x.shape.length : axis;
  const first = lastPair(perm, along, x);
  if (first === undefined) return;

  const merged = new Writer(gathered).reshape(x, mergedSizes(x, first));
  const picked = new Writer(gathered).write('Gather', [merged, gathered.input(1)], { axis: along - 1 });
  const order = perm.filter((each) => each !== first + 1).map((each) => (each > first ? each - 1 : each));
  const windows = new Writer(turned).transpose(picked, order);
  const sizes = result.map((size) => (typeof size === 'number' ? size : -1));
  replaceNode(node, new Writer(node).reshape(windows, sizes), changes);
  for (const each of [turned, gathered]) if (isUnread(each)) each.graph.remove(each);
}

/** What makes the first operand, for this node alone. */
function soleProducer(node: Node, operator: string): Node | undefined {
  const value = node.input(0);
  const isOne = value.producer?.is(operator) && !value.isOutput && value.readerCount === 1;
  return isOne ? value.producer : undefined;
}

/** The first of the last two neighbours before an axis that stay neighbours, and behind which all sizes are known. */
function lastPair(perm: readonly number[], axis: number, { shape = [] }: Value): number | undefined {
  for (let first = axis - 2; first >= 0; first--) {
    const place = perm.indexOf(first);
    if (perm[place + 1] === first + 1) return isStatic(shape.slice(first)) ? first : undefined;
  }
  return undefined;
}

/** 0 for what stays as it is. */
function mergedSizes({ shape = [] }: Value, first: number): number[] {
  const known = shape.map((size) => (typeof size === 'number' ? size : 0));
  const [one = 0, other = 0, ...rest] = known.slice(first);
  return [...known.slice(0, first).fill(0), one * other, ...rest];
}
