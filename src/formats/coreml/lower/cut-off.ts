import { type Graph, isFloat, isStatic, type Node, type Value } from '../../../model/index.js';

/**
 * Names for `--outputs` that leave out the refused nodes and all that follows from them: the graph's outputs that do not,
 * and what the first refused nodes read.
 * @returns an empty list where nothing would be left
 */
export function outputsWithout(graph: Graph, refused: ReadonlySet<Node>): string[] {
  const lost = new Set<Value>();
  const names = new Set<string>();
  const first: Node[] = [];
  for (const node of graph.sorted()) {
    const isBehind = node.inputs.some((value) => value && lost.has(value));
    if (!isBehind && !refused.has(node)) continue;
    if (!isBehind) first.push(node);
    for (const value of node.outputs) if (value) lost.add(value);
  }
  for (const value of graph.outputs) if (!lost.has(value) && value.producer) names.add(value.name);
  for (const node of first) {
    for (const value of node.inputs) {
      if (value?.producer && !lost.has(value) && isFloat(value.dtype) && isStatic(value.shape)) names.add(value.name);
    }
  }
  return [...names];
}
