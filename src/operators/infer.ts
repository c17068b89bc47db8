import type { Graph, Node, Value } from '../model/index.js';
import { operatorOf } from './index.js';
import type { Facts } from './operator.js';
import { elementsOfConstant } from './shape/elements.js';

/**
 * Sets `dtype`, `shape` and `elements` of every value that a node makes, in one sweep over the graph and its subgraphs.
 * Types of graph inputs are trusted, all others are found anew; what cannot be known is undefined. Weights are not read.
 * @throws InputError where a node breaks the standard
 */
export function inferTypes(graph: Graph): void {
  for (const node of graph.sorted()) inferNode(node);
  for (const value of graph.outputs) readConstant(value);
}

function readConstant(value: Value): void {
  if (value.constant && !value.elements) value.elements = elementsOfConstant(value);
}

/**
 * The same for one node whose inputs have their types already: for a node that a pass has just made, or one whose inputs
 * became known.
 * @throws InputError where the node breaks the standard
 */
export function inferNode(node: Node): void {
  for (const value of node.inputs) if (value) readConstant(value);
  const row = operatorOf(node);
  const parameters = row?.parameters(node);
  row?.enter?.(node, parameters);
  // Nesting is bounded by the reader, so this recursion is too.
  for (const subgraph of node.subgraphs()) inferTypes(subgraph);
  const facts = row?.infer(node, parameters) ?? [];
  node.outputs.forEach((value, index) => {
    if (value) setFacts(value, facts[index] ?? {});
  });
}

function setFacts(value: Value, facts: Facts): void {
  value.dtype = facts.dtype;
  value.shape = facts.shape;
  value.elements = facts.elements;
}
