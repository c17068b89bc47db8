import { type Graph, isFloat, type Node, type Value } from '../model/index.js';
import { add } from './affine/add.js';
import { type AffineMap, costOf } from './affine/affine-map.js';
import { ReachableMaps } from './affine/reachable-maps.js';
import { mergeOrigins, type Pass } from './pass.js';
import { insertTyped, isUnread, replaceNode } from './replace-node.js';

/**
 * Puts the terms of a sum together that are maps of one source, so that `fuse-affine` finds their sum in one place.
 *
 *   Given: (x + Conv3x3(z)) + Conv1x1(z).   Result: x + (Conv3x3(z) + Conv1x1(z)).
 *
 * Exact in real arithmetic: the order of a sum is free. Keeps off where one convolution would cost more than the terms,
 * where all terms have one source already, and sums whose parts others read.
 */
export const gatherTerms: Pass = {
  name: 'gather-terms',
  run(graph, changes) {
    // A later sum has earlier ones among its terms, not the other way round, so the last comes first.
    const sums = rootsOf(graph).map(flattened).reverse();
    const long = sums.filter(({ terms }) => terms.length > 2);
    if (long.length === 0) return;
    const maps = new ReachableMaps(graph);
    for (const sum of long) {
      const group = groupOf(maps, sum);
      if (!group || !replaceNode(sum.root, regrouped(graph, sum, group), changes)) continue;
      for (const node of sum.nodes.keys()) if (graph.has(node) && isUnread(node)) graph.remove(node);
    }
  },
};

interface Term {
  readonly value: Value;
  readonly sign: 1 | -1;
}

/** A tree of additions, as the terms at its leaves. */
interface LongSum {
  readonly root: Node;
  readonly terms: readonly Term[];
  /** The additions, each before those that it reads, and where in the list its own terms begin. */
  readonly nodes: ReadonlyMap<Node, number>;
}

function isSum(node: Node | undefined): node is Node {
  return (node?.is('Add', 'Sub', 'Sum') && isFloat(node.outputs[0]?.dtype) && node.inputs.length > 1) ?? false;
}

/** Whether an addition is a part of the one that reads it. */
function isInner(node: Node): boolean {
  const value = node.output();
  const reader = value.onlyReader;
  return reader !== undefined && reader.graph === node.graph && isSum(reader) && value.uses.length === 1;
}

function rootsOf(graph: Graph): Node[] {
  return graph.sorted().filter((node) => isSum(node) && !isInner(node));
}

function flattened(root: Node): LongSum {
  const nodes = new Map<Node, number>();
  const terms: Term[] = [];
  const waiting: Term[] = [{ value: root.output(), sign: 1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, sign } = next;
    const node = value.producer;
    if (!isSum(node) || (node !== root && !(node.graph === root.graph && isInner(node)))) {
      terms.push(next);
      continue;
    }
    nodes.set(node, terms.length);
    // A stack gives the last first.
    for (let index = node.inputs.length - 1; index >= 0; index--) {
      const turned = node.is('Sub') && index === 1 ? -1 : 1;
      waiting.push({ value: node.input(index), sign: turned === sign ? 1 : -1 });
    }
  }
  return { root, nodes, terms };
}

/** The most terms that one convolution of one source can take the place of, where they do not stand together already. */
function groupOf(maps: ReachableMaps, sum: LongSum): readonly Term[] | undefined {
  const groups = new Map<Value, Term[]>();
  for (const term of sum.terms) {
    const { value } = term;
    for (const source of maps.of(value).keys()) {
      if (value !== source && (value.uses.length > 1 || value.isOutput)) continue;
      const group = groups.get(source);
      if (group) group.push(term);
      else groups.set(source, [term]);
    }
  }
  let best: readonly Term[] | undefined;
  for (const [source, group] of groups) {
    const isLarger = group.length > (best?.length ?? 1) && group.length < sum.terms.length;
    if (isLarger && pays(maps, group, source)) best = group;
  }
  return best && !isTogether(sum, best) ? best : undefined;
}

/** Whether a group is all that one addition of the tree adds up. */
function isTogether({ nodes, terms }: LongSum, group: readonly Term[]): boolean {
  const counts = new Map<Node, number>();
  for (const node of [...nodes.keys()].reverse()) {
    const countOf = ({ producer }: Value) => (producer && counts.get(producer)) ?? 1;
    counts.set(
      node,
      node.inputs.reduce((sum, value) => sum + (value ? countOf(value) : 0), 0),
    );
  }
  return [...nodes].some(
    ([node, start]) => counts.get(node) === group.length && group.every((term, i) => terms[start + i] === term),
  );
}

function pays(maps: ReachableMaps, group: readonly Term[], source: Value): boolean {
  const parts = group.flatMap(({ value, sign }) => {
    const map = maps.of(value).get(source);
    return map ? [{ map, sign }] : [];
  });
  const sizes = (source.shape ?? []).slice(2).map((size) => (typeof size === 'number' ? size : undefined));
  const [first, ...rest] = parts;
  let joint: AffineMap | undefined = first?.map;
  for (const { map, sign } of rest) joint = joint && add(joint, map, sign, sizes);
  const before = parts.reduce((sum, { map }) => sum + (map.depth === 0 ? 0 : costOf(map)), 0);
  if (!joint?.holdsConv) return false;
  return costOf(joint) <= before;
}

/** The sum with the group as one term, in the place of its first. */
function regrouped(graph: Graph, { nodes, terms }: LongSum, group: readonly Term[]): Value {
  const origin = mergeOrigins(Array.from(nodes.keys(), (node) => node.origin));
  const total = (list: readonly Term[]): Value => {
    // One term is positive at least: the very first, or all of a group that is taken away as a whole.
    const [first, ...rest] = [...list].sort((a, b) => b.sign - a.sign);
    if (!first) throw new RangeError('a sum without terms');
    return rest.reduce((sum, { value, sign }) => {
      const operator = sign === 1 ? 'Add' : 'Sub';
      return insertTyped(graph, { operator, inputs: [sum, value], origin }).output();
    }, first.value);
  };
  const isTaken = group.every(({ sign }) => sign === -1);
  const joint: Term = {
    value: total(isTaken ? group.map(({ value }) => ({ value, sign: 1 })) : group),
    sign: isTaken ? -1 : 1,
  };
  const taken = new Set(group);
  return total(terms.flatMap((term) => (term === group[0] ? [joint] : taken.has(term) ? [] : [term])));
}
