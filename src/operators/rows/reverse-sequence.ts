import { operator } from '../operator.js';
import { likeOf } from '../shape/facts.js';

export interface ReverseSequenceParameters {
  /** One of them is 0, the other 1. */
  readonly timeAxis: number;
  readonly batchAxis: number;
}

/** The first elements of each sequence of a batch backwards, as many as its length says; same shape. */
export const reverseSequence = operator('ReverseSequence', {
  traits: ['moves'],
  parameters: (node): ReverseSequenceParameters => {
    const [timeAxis, batchAxis] = [node.int('time_axis', 0), node.int('batch_axis', 1)];
    if (timeAxis + batchAxis !== 1 || timeAxis * batchAxis !== 0) {
      throw node.invalid(`time_axis ${timeAxis} and batch_axis ${batchAxis} are not 0 and 1`);
    }
    return { timeAxis, batchAxis };
  },
  infer: (node) => [likeOf(node.input(0))],
});
