import type { Graph, Model, Node } from '../../model/index.js';

const MARK = /mobileone_(\d+)_/;

/**
 * A copy in which every node and every value that one makes bears a number: engines name what they join, split or turn after
 * what they made it of, some after a node, some after its result. Inputs keep their names, by which they are fed.
 */
export function marked(model: Model): Model {
  const copy = model.copy();
  for (const [at, node] of copy.graph.sorted().entries()) {
    node.name = `mobileone_${at}_node`;
    for (const [index, value] of node.outputs.entries()) if (value) value.name = `mobileone_${at}_value_${index}`;
  }
  return copy;
}

/** The node that a name of the engine's goes back to; undefined where it bears no number. */
export function nodeMarkedBy(name: string, graph: Graph): Node | undefined {
  const found = MARK.exec(name)?.[1];
  return found === undefined ? undefined : graph.sorted()[Number(found)];
}
