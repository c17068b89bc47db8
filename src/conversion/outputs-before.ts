import { type Graph, isFloat, type Node, readBy, type Unsupported, type Value } from '../model/index.js';

/**
 * The values at which a graph can be cut so that the part without these nodes is left: what the rest makes and they, or
 * what follows from them, read; and the outputs that do not follow from them. Empty where nothing useful is left.
 */
export function outputsBefore(graph: Graph, unsupported: readonly Unsupported[]): string[] {
  const labels = new Set(unsupported.map(({ node }) => node));
  const gone = new Set<Node>();
  let found = 0;
  for (const node of graph.sorted()) {
    const isRefused = labels.has(node.label);
    if (isRefused) found++;
    if (isRefused || [...readBy(node)].some((value) => value.producer && gone.has(value.producer))) gone.add(node);
  }
  // A target may name nodes that only its own copy of the graph has; a cut that misses one of them would not help.
  if (found < labels.size) return [];
  const isLeft = (value: Value) => value.producer !== undefined && !gone.has(value.producer);
  const cut = new Set<string>();
  for (const output of graph.outputs) if (isLeft(output)) cut.add(output.name);
  for (const node of gone) {
    for (const value of readBy(node)) if (isLeft(value) && isFloat(value.dtype)) cut.add(value.name);
  }
  return [...cut];
}
