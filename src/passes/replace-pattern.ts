import type { Node, NodeParts, Value } from '../model/index.js';
import { type Changes, mergeOrigins } from './pass.js';
import { insertTyped, isUnread, replaceNode } from './replace-node.js';

/** No form that a pass looks for has more nodes. */
const MOST_NODES = 16;

/**
 * Puts one node in the place of all nodes between `sources` and `root`.
 * @returns whether it was done; not where one of them but the root is an output, or read by others: it would have to stay
 */
export function replacePattern(
  root: Node,
  sources: readonly Value[],
  parts: Omit<NodeParts, 'origin'>,
  changes: Changes,
): boolean {
  const nodes = nodesBetween(root, new Set(sources));
  if (!nodes?.every((node) => node === root || isReadWithin(node, nodes))) return false;
  const origin = mergeOrigins(nodes.map((node) => node.origin));
  replaceNode(root, insertTyped(root.graph, { ...parts, origin }).output(), changes);
  let left = nodes.filter((node) => root.graph.has(node));
  for (let node = left.find(isUnread); node; node = left.find(isUnread)) {
    root.graph.remove(node);
    left = left.filter((other) => other !== node);
  }
  return true;
}

/** undefined where there are more than any form has, so that the walk left the form. */
function nodesBetween(root: Node, sources: ReadonlySet<Value>): Node[] | undefined {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) {
    for (const value of nodes[i]?.inputs ?? []) {
      const node = value?.producer;
      if (!value || !node || sources.has(value) || nodes.includes(node)) continue;
      if (nodes.length === MOST_NODES) return undefined;
      nodes.push(node);
    }
  }
  return nodes;
}

function isReadWithin(node: Node, nodes: readonly Node[]): boolean {
  return node.outputs.every((value) => {
    if (!value) return true;
    // Counted first: a list of 10^5 readers, made anew for each of them, would not end.
    if (value.isOutput || value.readerCount > nodes.length) return false;
    return value.uses.every((use) => nodes.includes(use.node));
  });
}
