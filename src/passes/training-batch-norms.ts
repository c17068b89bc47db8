import { isFloat, type Model, type Node, type Tensor, type Value } from '../model/index.js';
import { type BatchNormMode, UNUSED_STATISTICS } from '../operators/batch-norm-mode.js';
import { batchNormalization, constant, constantOfShape, hasTrait } from '../operators/index.js';
import { graphsOf } from './graphs-of.js';

/** Which operand of `BatchNormalization` is the running mean. */
export const MEAN = 3;
/** Which is the running variance. */
export const VARIANCE = 4;

/** What becomes of a batch norm in training mode, and why. */
export interface TrainingBatchNorm {
  readonly node: Node;
  readonly mode: BatchNormMode;
  readonly why: 'has statistics' | 'never had statistics' | 'computes statistics' | 'asked';
}

/**
 * Every batch norm of a model that is in training mode, those of subgraphs included. Without running statistics that are
 * fixed there is nothing to infer with; else `asked` decides; else a mean of exactly 0 and a variance of exactly 1 in all
 * channels say that the statistics of the batch were meant.
 */
export function trainingBatchNorms(model: Model, asked: BatchNormMode | undefined): TrainingBatchNorm[] {
  const nodes = graphsOf(model).flatMap((graph) => graph.nodesOf('BatchNormalization'));
  const training = nodes.filter((node) => batchNormalization.parameters(node).trainingMode);
  if (training.length === 0) return [];
  const varying = varyingValues(model);
  return training.map((node) => {
    const [mean, variance] = [node.input(MEAN), node.input(VARIANCE)];
    const isFixed = !varying.has(mean) && !varying.has(variance);
    if (!isFixed) return { node, mode: 'batch', why: 'computes statistics' };
    if (asked) return { node, mode: asked, why: 'asked' };
    const isUnused = holdsOnly(mean, UNUSED_STATISTICS.mean) && holdsOnly(variance, UNUSED_STATISTICS.variance);
    return isUnused
      ? { node, mode: 'batch', why: 'never had statistics' }
      : { node, mode: 'inference', why: 'has statistics' };
  });
}

/** Whether all elements of a value are one number, as far as constants and copies of them tell. */
export function holdsOnly(value: Value, number: number): boolean {
  const tensor = copiedConstant(value);
  if (!tensor || tensor.size === 0 || !isFloat(tensor.dtype)) return false;
  return tensor.toFloat64().every((element) => element === number);
}

/** A tensor that holds the numbers of a value, and no others. */
function copiedConstant(value: Value): Tensor | undefined {
  let source = value;
  while (!source.constant) {
    const node = source.producer;
    if (node?.is('Constant')) return constant.parameters(node).tensor;
    if (node?.is('ConstantOfShape')) return constantOfShape.parameters(node).value;
    const copied = node && hasTrait(node, 'moves') ? node.inputs[0] : undefined;
    if (!copied) return undefined;
    source = copied;
  }
  return source.constant;
}

/** Values that may differ between runs: inputs, what control flow and random operators give, and all that follows from those. */
function varyingValues(model: Model): Set<Value> {
  const varying = new Set<Value>();
  for (const graph of graphsOf(model)) {
    for (const value of graph.inputs) varying.add(value);
    for (const node of graph.sorted()) {
      const isSource = hasTrait(node, 'random') || node.subgraphs().length > 0;
      if (!isSource && !node.inputs.some((value) => value && varying.has(value))) continue;
      for (const value of node.outputs) if (value) varying.add(value);
    }
  }
  return varying;
}
