import type { Graph } from './graph.js';
import type { Node } from './node.js';

/** Every node of a graph in sorted order, each followed by those of the graphs inside it. */
export function* allNodes(graph: Graph): Generator<Node> {
  for (const node of graph.sorted()) {
    yield node;
    for (const subgraph of node.subgraphs()) yield* allNodes(subgraph);
  }
}
