import type { Node, Tensor } from '../../model/index.js';
import { hardmaxOver, softmaxOver } from '../compute/softmax.js';
import { operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { likeOf } from '../shape/facts.js';

export interface SoftmaxParameters {
  /** Counted from the front where the rank is known. */
  readonly axis: number;
  /**
   * Before opset 13: the input is seen as a matrix, all axes from `axis` on as its columns, and each row is normalised as
   * one. Else only `axis` is. Both are the same where `axis` is the last one.
   */
  readonly flattensFromAxis: boolean;
}

function softmaxParameters(node: Node): SoftmaxParameters {
  const flattensFromAxis = node.opset < 13;
  const axis = node.int('axis', flattensFromAxis ? 1 : -1);
  const rank = node.inputs[0]?.rank;
  if (rank === undefined) return { axis, flattensFromAxis };
  const normalized = normalizeAxis(node, axis, rank);
  return { axis: normalized, flattensFromAxis: flattensFromAxis && normalized !== rank - 1 };
}

/** First axis of what is normalised together, and the axis after its last. */
function groupOf(input: Tensor, { axis, flattensFromAxis }: SoftmaxParameters): readonly [number, number] {
  return [axis, flattensFromAxis ? input.shape.length : axis + 1];
}

function softmaxOperator(name: string, isLogarithm: boolean) {
  return operator(name, {
    traits: ['forgetsSignOfZero'],
    parameters: softmaxParameters,
    infer: (node) => [likeOf(node.inputs[0])],
    compute: ([input], parameters) => input && softmaxOver(input, groupOf(input, parameters), isLogarithm),
  });
}

/** `exp(x) / sum(exp(x))`. */
export const softmax = softmaxOperator('Softmax', false);

/** `log(softmax(x))`. */
export const logSoftmax = softmaxOperator('LogSoftmax', true);

/** 1 where the first maximum stands, else 0. */
export const hardmax = operator('Hardmax', {
  traits: ['selects'],
  parameters: softmaxParameters,
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input], parameters) => input && hardmaxOver(input, groupOf(input, parameters)),
});
