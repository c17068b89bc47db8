import { allNodes, type Graph, type Node } from '../../model/index.js';

/**
 * Gives a float16 scalar that a squeezed value is multiplied by two axes of 1. Behind a Squeeze ONNX Runtime looks for an attention
 * whose scale it takes for float32 without asking, and such a file does not load; what has two axes it takes for no scalar. In place.
 */
export function spreadScales(graph: Graph): void {
  for (const node of allNodes(graph)) {
    if (!node.is('Mul')) continue;
    for (const [scale, value] of [
      [0, 1],
      [1, 0],
    ] as const) {
      if (isScalar(node, scale) && isSqueezed(node, value)) spread(node, scale);
    }
  }
}

function isScalar(node: Node, operand: number): boolean {
  const constant = node.constant(operand);
  return constant?.dtype === 'float16' && constant.size === 1 && constant.shape.length < 2;
}

/** With more axes than a scalar is given, so that the product keeps its own. */
function isSqueezed(node: Node, operand: number): boolean {
  const value = node.inputs[operand];
  return value?.producer?.is('Squeeze') === true && (value.rank ?? 0) >= 2;
}

function spread(node: Node, operand: number): void {
  const tensor = node.constant(operand);
  if (tensor)
    node.graph.setInput(node, operand, node.graph.addConstant(tensor.reshape([1, 1]), node.inputs[operand]?.name));
}
