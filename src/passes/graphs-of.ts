import type { Graph, Model } from '../model/index.js';

/** The graph, and those that control flow holds, inner ones last. */
export function graphsOf(model: Model): Graph[] {
  const graphs = [model.graph];
  for (let i = 0; i < graphs.length; i++) {
    for (const node of graphs[i]?.sorted() ?? []) graphs.push(...node.subgraphs());
  }
  return graphs;
}
