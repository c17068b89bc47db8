import type { Node } from '../../model/index.js';
import { type Cumulation, cumulate } from '../compute/cumulate.js';
import { operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { scalarAt } from '../shape/constants.js';
import { likeOf } from '../shape/facts.js';

function cumulation(name: string, way: Cumulation) {
  return operator(name, {
    traits: ['keepsAxes'],
    parameters: (node: Node) => {
      const rank = node.inputs[0]?.rank;
      const axis = scalarAt(node, 1, 'axis');
      return {
        /** Counted from the front where the rank is known; undefined: computed in the graph. */
        axis: axis === undefined || rank === undefined ? axis : normalizeAxis(node, axis, rank),
        /** The element itself is left out, and the first result is the neutral one. */
        exclusive: node.int('exclusive', 0) !== 0,
        /** From the end of the axis to its begin. */
        reverse: node.int('reverse', 0) !== 0,
      };
    },
    infer: (node) => [likeOf(node.inputs[0])],
    compute: ([input], { axis, ...direction }) =>
      input && axis !== undefined ? cumulate(input, axis, direction, way) : undefined,
  });
}

/** Running sum along an axis. */
export const cumSum = cumulation('CumSum', {
  start: 0,
  step: (total, x) => total + x,
  exactStep: (total, x) => total + x,
});
/** Running product along an axis. */
export const cumProd = cumulation('CumProd', {
  start: 1,
  step: (total, x) => total * x,
  exactStep: (total, x) => total * x,
});
