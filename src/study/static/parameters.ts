import { allNodes, type Graph, isFloat, type Tensor, type Value } from '../../model/index.js';
import { constantBehind } from './fixed.js';

/** Operands of a batch norm that training follows but does not learn. */
const RUNNING_STATISTICS: readonly number[] = [3, 4];

/**
 * What was trained: elements of the floating-point constants that nodes read, each once. Running statistics of batch norms are
 * none, as `parameters()` of PyTorch has it, and neither are scalars, which are numbers of an expression. So a network has as
 * many as its framework says while its batch norms are nodes, and fewer once they are folded into convolutions.
 */
export function countParameters(graph: Graph): number {
  const weights = new Set<Tensor>();
  const add = (value: Value | undefined) => {
    const tensor = value && constantBehind(value);
    if (tensor && isFloat(tensor.dtype) && tensor.shape.length > 0) weights.add(tensor);
  };
  for (const node of allNodes(graph)) {
    // Whoever reads what it hands on says what that is.
    if (node.is('Identity')) continue;
    const isNorm = node.is('BatchNormalization');
    for (const [index, value] of node.inputs.entries()) {
      if (!(isNorm && RUNNING_STATISTICS.includes(index))) add(value);
    }
  }
  graph.outputs.forEach(add);
  let count = 0;
  for (const { size } of weights) count += size;
  return count;
}
