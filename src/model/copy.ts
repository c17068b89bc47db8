import type { Attribute } from './attribute.js';
import type { Graph } from './graph.js';
import type { Node } from './node.js';
import type { Value } from './value.js';

/**
 * Puts a copy of every value and node of `from` into `to`, which is empty, under the same names. Tensors are shared: they
 * never change. Subgraphs are copied with their nodes; what they read from outside is found in `copies`.
 */
export function copyGraph(
  from: Graph,
  to: Graph,
  makeSubgraph: (parent: Graph) => Graph,
  copies = new Map<Value, Value>(),
  graphs = new Map<Graph, Graph>(),
): void {
  graphs.set(from, to);
  to.name = from.name;
  for (const value of from.inputs) copies.set(value, to.addInput(value.name).typedLike(value));
  const copyOf = (value: Value): Value => {
    const known = copies.get(value);
    if (known) return known;
    if (!value.constant) throw new Error(`${value.name} is read before it is made`);
    const copy = (graphs.get(value.graph) ?? to).addNamedConstant(value.constant, value.name);
    copies.set(value, copy);
    return copy;
  };
  for (const node of from.sorted()) {
    const copy = to.insert({
      operator: node.operator,
      domain: node.domain,
      name: node.name,
      inputs: node.inputs.map((value) => value && copyOf(value)),
      outputs: node.outputs.map((value) => value?.name ?? ''),
      attributes: copyAttributes(node, to, makeSubgraph, copies, graphs),
      origin: node.origin,
    });
    node.outputs.forEach((value, index) => {
      const made = copy.outputs[index];
      if (value && made) copies.set(value, made.typedLike(value));
    });
  }
  to.setOutputs(from.outputs.map(copyOf));
}

/** The attributes of a node for its copy in `to`, with subgraphs of their own. */
export function copyAttributes(
  node: Node,
  to: Graph,
  makeSubgraph: (parent: Graph) => Graph,
  copies: Map<Value, Value>,
  graphs: Map<Graph, Graph>,
): Map<string, Attribute> {
  const copySubgraph = (graph: Graph) => {
    const copy = makeSubgraph(to);
    copyGraph(graph, copy, makeSubgraph, copies, graphs);
    return copy;
  };
  const copyAttribute = (attribute: Attribute): Attribute => {
    if (attribute.kind === 'graph') return { kind: 'graph', value: copySubgraph(attribute.value) };
    if (attribute.kind === 'graphs') return { kind: 'graphs', value: attribute.value.map(copySubgraph) };
    return attribute;
  };
  return new Map(Array.from(node.attributes, ([name, attribute]) => [name, copyAttribute(attribute)]));
}
