import type { Node, Shape } from '../../model/index.js';
import { operator } from '../operator.js';
import { likeOf } from '../shape/facts.js';

export interface LossParameters {
  readonly reduction: 'none' | 'sum' | 'mean';
  /** Class that does not count; undefined: all do. */
  readonly ignoreIndex: number | undefined;
}

function lossParameters(node: Node): LossParameters {
  const reduction = node.string('reduction', 'mean');
  if (reduction !== 'none' && reduction !== 'sum' && reduction !== 'mean') {
    throw node.invalid('reduction is none of none, sum, mean');
  }
  return { reduction, ignoreIndex: node.int('ignore_index', undefined) };
}

/** One loss per label, or one for all. */
function lossShape(node: Node, { reduction }: LossParameters): Shape | undefined {
  return reduction === 'none' ? node.inputs[1]?.shape : [];
}

/** Minus the log-probability [N, C, D…] of the class in target [N, D…], weighted. */
export const negativeLogLikelihoodLoss = operator('NegativeLogLikelihoodLoss', {
  traits: [],
  parameters: lossParameters,
  infer: (node, parameters) => [{ dtype: node.dtypeOf(0), shape: lossShape(node, parameters) }],
});

/** The same of scores [N, C, D…] after log-softmax, which is the second result. */
export const softmaxCrossEntropyLoss = operator('SoftmaxCrossEntropyLoss', {
  traits: ['optionalResults'],
  parameters: lossParameters,
  infer: (node, parameters) => [{ dtype: node.dtypeOf(0), shape: lossShape(node, parameters) }, likeOf(node.inputs[0])],
});
