import type { Graph, Node, NodeParts, Value } from '../model/index.js';
import { inferNode } from '../operators/infer.js';
import type { Changes } from './pass.js';

/** Adds a node and gives its results their types at once, so that the passes after this one need no new sweep. */
export function insertTyped(graph: Graph, parts: NodeParts): Node {
  const node = graph.insert(parts);
  inferNode(node);
  return node;
}

/**
 * Lets all who read the first result of `node` read `by`, and takes the node out where nothing else of it is read.
 * @returns whether it was done; false leaves all as it was (both names are public)
 */
export function replaceNode(node: Node, by: Value, changes: Changes): boolean {
  if (!replaceValue(node.output(), by)) return false;
  if (isUnread(node)) node.graph.remove(node);
  changes.edited();
  return true;
}

/** The same for a node of several results, in their order; those left out are read by nobody. */
export function replaceResults(node: Node, results: readonly (Value | undefined)[], changes: Changes): void {
  const { graph, origin } = node;
  node.outputs.forEach((old, index) => {
    const by = results[index];
    if (!old || old.isDead || !by || replaceValue(old, by)) return;
    replaceValue(old, insertTyped(graph, { operator: 'Identity', inputs: [by], origin }).output());
  });
  if (isUnread(node)) graph.remove(node);
  changes.edited();
}

function replaceValue(old: Value, by: Value): boolean {
  if (!by.isOutput && by.readerCount === 0) takeFacts(by, old);
  return old.graph.replace(old, by);
}

/** Nothing that the node makes is read or public. */
export function isUnread(node: Node): boolean {
  return node.outputs.every((value) => value?.isDead ?? true);
}

/** A value that nobody has read yet takes over what readers of the old one were told: the same symbols above all. */
function takeFacts(value: Value, old: Value): void {
  value.dtype = old.dtype ?? value.dtype;
  value.shape = old.shape ?? value.shape;
  value.elements = old.elements ?? value.elements;
}

/** Takes out what made values, and what led to it, where nobody reads it any more. */
export function removeUnread(graph: Graph, values: readonly (Value | undefined)[]): void {
  for (const node of values.map((value) => value?.producer)) {
    if (!node || !graph.has(node) || !isUnread(node)) continue;
    const before = [...node.inputs];
    graph.remove(node);
    removeUnread(graph, before);
  }
}
