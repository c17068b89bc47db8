import { isEveryElement } from './element-test.js';
import type { Pass } from './pass.js';

/** Position of the optional bias, by operator. */
const BIAS = new Map([
  ['Conv', 2],
  ['ConvTranspose', 2],
]);

/**
 * Leaves out a bias that is zero.
 *
 * Given: `y = Conv(x, W, b)`, b = 0.   Result: `y = Conv(x, W)`.
 * Exact: a sum and 0 are the sum (but for -0, which becomes 0 no more).
 * Keeps off: a bias that is computed.
 */
export const dropZeroBias: Pass = {
  name: 'drop-zero-bias',
  run(graph, changes) {
    for (const node of graph.nodesOf(...BIAS.keys())) {
      const index = BIAS.get(node.operator) ?? 0;
      const bias = node.constant(index);
      if (!bias || !isEveryElement(bias, 0)) continue;
      graph.setInput(node, index, undefined);
      changes.edited();
    }
  },
};
