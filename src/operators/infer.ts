import { type Graph, InputError, isStatic, type Node, type Shape, sizeOf, type Value } from '../model/index.js';
import { operatorOf } from './index.js';
import { movedElements } from './moved-elements.js';
import type { Facts } from './operator.js';
import { elementsOfConstant, mayHaveElements } from './shape/elements.js';
import { limitRank } from './shape/limits.js';

/**
 * Sets `dtype`, `shape` and `elements` of every value that a node makes, in one sweep over the graph and its subgraphs.
 * Types of graph inputs are trusted, all others are found anew; what cannot be known is undefined. Weights are not read.
 * @throws InputError where a node breaks the standard
 */
export function inferTypes(graph: Graph): void {
  for (const node of graph.sorted()) inferNode(node);
  for (const value of graph.outputs) readConstant(value);
}

/**
 * The same for a branch that may never be taken: what breaks the standard there is only unknown. Exporters guard with `If`
 * what the shapes at hand may not allow, such as a squeeze of an axis that is not 1.
 */
function inferBranch(graph: Graph): void {
  for (const node of graph.sorted()) {
    try {
      inferNode(node);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      setAll(node, []);
    }
  }
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
  node.graph.clearStale(node);
  for (const value of node.inputs) if (value) readConstant(value);
  const row = operatorOf(node);
  const parameters = row?.parameters(node);
  row?.enter?.(node, parameters);
  // Nesting is bounded by the reader, so this recursion is too.
  const reachable = row?.reachable?.(node, parameters) ?? [...node.subgraphs()];
  const inferSubgraph = node.is('If') && reachable.length > 1 ? inferBranch : inferTypes;
  for (const subgraph of reachable) inferSubgraph(subgraph);
  setAll(node, row?.infer(node, parameters) ?? []);
  const [first] = node.outputs;
  if (first && !first.elements && mayHaveElements(first.shape)) first.elements = movedElements(first);
}

function setAll(node: Node, facts: readonly Facts[]): void {
  node.outputs.forEach((value, index) => {
    if (value) setFacts(node, value, facts[index] ?? {});
  });
}

/** Elements are known of scalars and vectors alone; where a row says more than its shape, the shape is right. */
function isVector(shape: Shape | undefined, length: number): boolean {
  return isStatic(shape) && shape.length <= 1 && sizeOf(shape) === length;
}

function setFacts(node: Node, value: Value, { dtype, shape, elements }: Facts): void {
  if (shape) limitRank(node, shape.length);
  // Throws where the elements cannot be counted.
  if (isStatic(shape)) sizeOf(shape);
  value.dtype = dtype;
  value.shape = shape;
  value.elements = elements && isVector(shape, elements.length) ? elements : undefined;
}
