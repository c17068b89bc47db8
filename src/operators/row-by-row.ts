import type { Node, Value } from '../model/index.js';
import { concat, gemm, hasTrait, operatorOf, softmax } from './index.js';

/** Nodes that take each image of a batch by itself, where all but their first operand are the same for all. */
const BY_IMAGE = [
  ...['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'Resize', 'Upsample'],
  ...['InstanceNormalization', 'DepthToSpace', 'SpaceToDepth'],
];

/**
 * Whether each row of a result follows from the same row of what a node reads, and from nothing of other rows.
 * @param axisOf along which axis a value has rows; -1: it has none
 */
export function worksRowByRow(node: Node, result: Value, axisOf: (value: Value) => number): boolean {
  const [first, second] = node.inputs;
  const [a, b] = [first ? axisOf(first) : -1, second ? axisOf(second) : -1];
  const isFirstAlone = a >= 0 && node.inputs.slice(1).every((value) => !value || axisOf(value) < 0);
  // Which element is taken may follow from the row, but not from which rows there are.
  if (node.is('Gather', 'GatherND')) return a >= 0 !== b >= 0;
  if (hasTrait(node, 'elementwise') || node.is('Transpose', 'Slice', 'Split', 'Identity')) return true;
  if (node.is('Concat')) return concat.parameters(node).axis !== axisOf(result);
  if (node.is('MatMul')) return isOfFactor(first, a, 1) && isOfFactor(second, b, 2);
  if (node.is('Gemm')) return isFirstAlone && a === (gemm.parameters(node).transA ? 1 : 0);
  if (node.is(...BY_IMAGE)) return isFirstAlone && a === 0;
  if (node.is('Softmax', 'LogSoftmax')) {
    const { axis, flattensFromAxis } = softmax.parameters(node);
    return a < axis || (!flattensFromAxis && a !== axis);
  }
  const row = operatorOf(node);
  const reduced = row?.reducedAxes?.(node, row.parameters(node)).axes;
  return isFirstAlone && reduced !== undefined && !reduced.includes(a);
}

/**
 * Whether rows of a factor lie along no axis that is summed over.
 * @param summed that axis, counted from the end, of a matrix
 */
function isOfFactor(factor: Value | undefined, axis: number, summed: 1 | 2): boolean {
  if (axis < 0) return true;
  const rank = factor?.rank ?? 0;
  return rank > 1 && axis !== rank - summed;
}
