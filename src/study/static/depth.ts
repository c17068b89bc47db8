import type { Graph, Node } from '../../model/index.js';
import { readBy } from '../../model/index.js';
import { computes } from './computes.js';

/** Most nodes that wait for each other, one behind the other, of those that are work; a graph inside a node counts as the node. */
export function depthOf(graph: Graph): number {
  const depths = new Map<Node, number>();
  let deepest = 0;
  for (const node of graph.sorted()) {
    let before = 0;
    for (const { producer } of readBy(node)) before = Math.max(before, (producer && depths.get(producer)) ?? 0);
    const depth = before + (computes(node) ? 1 : 0);
    depths.set(node, depth);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
