import type { Graph, Node } from '../model/index.js';
import { constant } from '../operators/index.js';
import type { Pass } from './pass.js';

/**
 * Makes an output that a `Constant` node gives a constant of the graph, which targets know how to give back.
 *
 *   Given: an output y, `y = Constant(value)`.   Result: the output y, a constant.
 *
 * Exact. Keeps off sparse values.
 */
export const constantsAsOutputs: Pass = {
  name: 'constants-as-outputs',
  run(graph, changes) {
    for (const node of graph.nodesOf('Constant')) {
      if (node.output().isOutput && replaceByConstant(graph, node)) changes.edited();
    }
  },
};

function replaceByConstant(graph: Graph, node: Node): boolean {
  const { tensor } = constant.parameters(node);
  if (!tensor) return false;
  const value = node.output();
  const made = graph.addConstant(tensor, value.name);
  [value.name, made.name] = [made.name, value.name];
  graph.setOutputs(graph.outputs.map((output) => (output === value ? made : output)));
  for (const use of value.uses) use.node.graph.setInput(use.node, use.index, made);
  graph.remove(node);
  return true;
}
