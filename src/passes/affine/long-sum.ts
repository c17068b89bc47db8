import { type Graph, isFloat, type Node, type Value } from '../../model/index.js';

/** A value that is added, or taken away. */
export interface Term {
  readonly value: Value;
  readonly sign: 1 | -1;
}

/** A tree of additions, as the terms at its leaves. */
export interface LongSum {
  readonly root: Node;
  readonly terms: readonly Term[];
  /** The additions, each before those that it reads, and where in the list its own terms begin. */
  readonly nodes: ReadonlyMap<Node, number>;
}

/** All sums of a graph, each as long as it can be: an addition that only another one reads is a part of that. */
export function sumsOf(graph: Graph): LongSum[] {
  return graph
    .sorted()
    .filter((node) => isSum(node) && !isInner(node))
    .map(flattened);
}

/** Whether these terms are all that one addition of the tree adds up. */
export function isTogether({ nodes, terms }: LongSum, group: readonly Term[]): boolean {
  const wanted = new Set(group);
  const counts = new Map<Node, number>();
  for (const node of [...nodes.keys()].reverse()) {
    const countOf = ({ producer }: Value) => (producer && counts.get(producer)) ?? 1;
    counts.set(
      node,
      node.inputs.reduce((sum, value) => sum + (value ? countOf(value) : 0), 0),
    );
  }
  return [...nodes].some(
    ([node, start]) =>
      counts.get(node) === group.length && terms.slice(start, start + group.length).every((term) => wanted.has(term)),
  );
}

function isSum(node: Node | undefined): node is Node {
  return (node?.is('Add', 'Sub', 'Sum') && isFloat(node.outputs[0]?.dtype) && node.inputs.length > 1) ?? false;
}

function isInner(node: Node): boolean {
  const value = node.output();
  const reader = value.onlyReader;
  return reader !== undefined && reader.graph === node.graph && isSum(reader) && value.uses.length === 1;
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
