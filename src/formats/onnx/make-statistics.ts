import { type Graph, type Model, Tensor } from '../../model/index.js';
import { batchNormalization } from '../../operators/index.js';
import { inferNode } from '../../operators/infer.js';

/** Operands of `BatchNormalization` that an engine updates where it trains. */
const STATISTICS = [3, 4];

/** The first with `ConstantOfShape`. */
const FIRST_OPSET = 9;

/**
 * Gives every batch norm in training mode running statistics of its own, made by a node. ONNX Runtime updates them in place
 * on every run, also where they are constants of the file, and lets equal constants share one memory: a scale of ones would
 * change with a variance of ones. What a node makes shares with nothing. In place.
 */
export function makeStatistics(model: Model): void {
  if ((model.opsets.get('') ?? 0) >= FIRST_OPSET) makeWithin(model.graph);
}

function makeWithin(graph: Graph): void {
  for (const node of graph.sorted()) {
    for (const subgraph of node.subgraphs()) makeWithin(subgraph);
    if (!node.is('BatchNormalization') || !batchNormalization.parameters(node).trainingMode) continue;
    for (const index of STATISTICS) {
      const tensor = node.constant(index);
      const [first, ...others] = new Set(tensor?.toFloat64());
      if (!tensor || first === undefined || others.length > 0) continue;
      const made = graph.insert({
        operator: 'ConstantOfShape',
        inputs: [graph.addConstant(Tensor.from('int64', [tensor.shape.length], tensor.shape))],
        attributes: new Map([['value', { kind: 'tensor', value: Tensor.from(tensor.dtype, [1], [first]) }]]),
        origin: node.origin,
      });
      inferNode(made);
      graph.setInput(node, index, made.output());
    }
  }
}
