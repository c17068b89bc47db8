import { operator } from '../operator.js';
import { factsOf, likeOf } from '../shape/facts.js';

export interface DropoutParameters {
  /** undefined: computed in the graph. */
  readonly ratio: number | undefined;
  /** Whether elements are dropped; else this is the identity. undefined: computed in the graph. */
  readonly trainingMode: boolean | undefined;
}

/** Sets elements to zero at random while training; the second result is the mask of those kept. */
export const dropout = operator('Dropout', {
  traits: ['elementwise', 'optionalResults'],
  parameters: (node): DropoutParameters => {
    if (node.opset < 12) return { ratio: node.float('ratio', 0.5), trainingMode: false };
    // Exporters write the mode as an initializer or as a Constant node, which inference knows.
    const mode = node.hasInput(2) ? (node.constant(2)?.toFloat64()[0] ?? node.inputs[2]?.elements?.[0]) : 0;
    return {
      ratio: node.hasInput(1) ? node.constant(1)?.toFloat64()[0] : 0.5,
      trainingMode: mode === undefined ? undefined : mode !== 0,
    };
  },
  isCopy: (node, { trainingMode }) => trainingMode === false && node.outputs[1]?.isDead !== false,
  infer: (node, { trainingMode }) => {
    const [input] = node.inputs;
    // Before opset 10 the mask has the type of the data.
    const mask = { dtype: node.opset < 10 ? input?.dtype : ('bool' as const), shape: input?.shape };
    return [trainingMode === false ? factsOf(input) : likeOf(input), mask];
  },
});
