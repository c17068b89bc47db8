import { type Graph, type Model, type Node, Tensor } from '../../model/index.js';
import { batchNormalization } from '../../operators/index.js';
import { inferNode } from '../../operators/infer.js';

/** Operands of `BatchNormalization` that an engine updates where it trains, with what their makers are called after. */
const STATISTICS = [
  [3, 'mean'],
  [4, 'variance'],
] as const;

/** The first with `ConstantOfShape`. */
const FIRST_OPSET = 9;

/**
 * Gives every batch norm in training mode running statistics of its own, made by a node. ONNX Runtime updates them in place
 * on every run, also where they are constants of the file, and lets equal constants share one memory: a scale of ones would
 * change with a variance of ones. What a node makes shares with nothing. In place; names are the same on a second run.
 */
export function makeStatistics(model: Model): void {
  if ((model.opsets.get('') ?? 0) >= FIRST_OPSET) makeWithin(model.graph);
}

function makeWithin(graph: Graph): void {
  for (const node of graph.sorted()) {
    for (const subgraph of node.subgraphs()) makeWithin(subgraph);
    if (!node.is('BatchNormalization') || !batchNormalization.parameters(node).trainingMode) continue;
    for (const [index, what] of STATISTICS) make(node, index, `${node.label}_${what}`);
  }
}

/** Statistics that are not one number throughout stay as they are. */
function make(node: Node, index: number, name: string): void {
  const { graph } = node;
  const tensor = node.constant(index);
  const [number, ...others] = new Set(tensor?.toFloat64());
  if (!tensor || number === undefined || others.length > 0) return;
  const shape = Tensor.from('int64', [tensor.shape.length], tensor.shape);
  const maker = graph.insert({
    operator: 'ConstantOfShape',
    name,
    inputs: [graph.addNamedConstant(shape, `${name}_shape`)],
    outputs: [name],
    attributes: new Map([['value', { kind: 'tensor', value: Tensor.from(tensor.dtype, [1], [number]) }]]),
    origin: node.origin,
  });
  inferNode(maker);
  graph.setInput(node, index, maker.output());
}
