import { copyAttributes, Graph, type Node, readBy, type Value } from '../model/index.js';
import { conditional } from '../operators/index.js';
import { mergeOrigins, type Pass } from './pass.js';

/**
 * Puts the nodes of a branch in the place of an `If` whose condition is known.
 *
 * Given: `c = Equal(2, 2)`, `y = If(c; then: Relu(x), else: Squeeze(x, [0]))`.   Result: `y = Relu(x)`.
 * Exact: the other branch could never run. It may be wrong for the sizes at hand, which is why exporters write the test;
 * an engine that looks at both refuses the whole model then. What could never run has no types either, so it could not
 * follow the graph into another precision.
 */
export const takeDecidedBranch: Pass = {
  name: 'take-decided-branch',
  run(graph, changes) {
    const open = graph.nodesOf('If').reverse();
    for (let node = open.pop(); node; node = open.pop()) {
      const { condition, thenBranch, elseBranch } = conditional.parameters(node);
      if (condition === undefined) continue;
      const branch = condition ? thenBranch : elseBranch;
      const { nodes, results } = inline(branch, node);
      node.outputs.forEach((value, index) => {
        const result = results[index];
        if (value && result) graph.replace(value, graph.canReplace(value, result) ? result : named(result, node));
      });
      graph.remove(node);
      changes.edited();
      open.push(...nodes.filter((inner) => inner.is('If')).reverse());
    }
  },
};

/** @returns the nodes of the branch outside, and what stands for its results */
function inline(branch: Graph, holder: Node): { nodes: Node[]; results: Value[] } {
  const { graph, origin } = holder;
  const outside = new Map(valuesAround(holder).map((value) => [value, value]));
  const graphs = new Map([[branch, graph]]);
  const nodes: Node[] = [];
  const valueOutside = (value: Value): Value => {
    const known = outside.get(value);
    if (known || value.graph !== branch) return known ?? value;
    if (!value.constant) throw new Error(`${value.name} is read before it is made`);
    const constant = graph.addConstant(value.constant, value.name);
    outside.set(value, constant);
    return constant;
  };
  for (const inner of branch.sorted()) {
    const copy = graph.insert({
      operator: inner.operator,
      domain: inner.domain,
      name: inner.name,
      inputs: inner.inputs.map((value) => value && valueOutside(value)),
      // The other branch, or one elsewhere, may use the same names.
      outputs: inner.outputs.map((value) => (value ? graph.model.freshName(value.name) : '')),
      attributes: copyAttributes(inner, graph, (parent) => new Graph(graph.model, parent), outside, graphs),
      origin: mergeOrigins([inner.origin, origin]),
    });
    nodes.push(copy);
    inner.outputs.forEach((value, index) => {
      const made = copy.outputs[index];
      if (value && made) outside.set(value, made.typedLike(value));
    });
  }
  return { nodes, results: branch.outputs.map(valueOutside) };
}

/** What the branches read from the graphs around them. */
function valuesAround(node: Node): Value[] {
  const around = new Set<Graph>();
  for (let graph: Graph | undefined = node.graph; graph; graph = graph.parent) around.add(graph);
  return [...readBy(node)].filter((value) => around.has(value.graph));
}

/** The same value under a name that may become public. */
function named(value: Value, { graph, origin }: Node): Value {
  return graph
    .insert({ operator: 'Identity', inputs: [value], origin })
    .output()
    .typedLike(value);
}
