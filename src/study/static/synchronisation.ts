import { allNodes, type Graph, isStatic, type Node, sizeOf } from '../../model/index.js';
import { operatorOf } from '../../operators/index.js';

/** What sums or compares over whole images, rows or channels, beside the reductions. */
const OVER_WHOLES = [
  ...[
    'GlobalAveragePool',
    'GlobalMaxPool',
    'GlobalLpPool',
    'Softmax',
    'LogSoftmax',
    'Hardmax',
    'InstanceNormalization',
  ],
  ...['GroupNormalization', 'LayerNormalization', 'RMSNormalization', 'LpNormalization', 'MeanVarianceNormalization'],
  ...['Attention'],
];

/**
 * Nodes before which everything has to be there: each element that they give is made of many of what they read, such as the
 * global pool of a squeeze-excite, a softmax or a layer norm. The pool before a classifier is one too.
 */
export function synchronisationPoints(graph: Graph): number {
  let count = 0;
  for (const node of allNodes(graph)) if (isSynchronisation(node)) count++;
  return count;
}

/** Whether a node is such a point. */
export function isSynchronisation(node: Node): boolean {
  if (node.is(...OVER_WHOLES)) return true;
  if (!operatorOf(node)?.reducedAxes) return false;
  const [operand, result] = [node.inputs[0]?.shape, node.outputs[0]];
  // Of sizes, which are known before anything runs.
  if (result?.elements) return false;
  return !isStatic(operand) || !isStatic(result?.shape) || sizeOf(operand) > sizeOf(result.shape);
}
