import { type Graph, type Model, readBy, type Value } from '../model/index.js';
import { inferTypes } from '../operators/infer.js';
import { Changes } from '../passes/pass.js';
import { removeDeadNodes } from '../passes/remove-dead-nodes.js';
import type { ArtefactNode, Piece } from './format.js';

/** The nodes of a graph with the values that they link; what subgraphs read from around them, their node reads. */
export function nodesOf(graph: Graph): ArtefactNode[] {
  return graph.sorted().map((node) => ({
    name: node.label,
    operator: node.operatorName,
    inputs: [...new Set(readBy(node))].flatMap((value) =>
      value.graph === graph && !value.constant ? [value.name] : [],
    ),
    outputs: node.outputs.flatMap((value) => (value ? [value.name] : [])),
  }));
}

/** Leaves of a model what a piece needs, in place; what was said of the whole goes. @throws Error where it has no value of a name that the piece says */
export function takePiece(model: Model, { fed, outputs }: Piece): Model {
  const { graph } = model;
  inferTypes(graph);
  model.metadata.clear();
  const values = new Map<string, Value>(graph.inputs.map((value) => [value.name, value]));
  for (const node of graph.sorted()) for (const value of node.outputs) if (value) values.set(value.name, value);
  const called = (name: string): Value => {
    const value = values.get(name);
    if (!value) throw new Error(`no value is called ${name}`);
    return value;
  };
  for (const { name, as, dtype, shape } of fed) {
    const value = called(name);
    const readers = value.uses;
    const sizes = shape.map((size) => size ?? model.freshSymbol());
    const input = graph.addInput(as, value.dtype ?? dtype, sizes);
    for (const { node, index } of readers) node.graph.setInput(node, index, input);
  }
  graph.setOutputs(outputs.map(called));
  removeDeadNodes.run(graph, new Changes());
  for (const input of [...graph.inputs]) if (input.isDead) graph.removeInput(input);
  return model;
}
