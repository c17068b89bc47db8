import { hasTrait } from '../operators/index.js';
import type { Pass } from './pass.js';
import { isUnread } from './replace-node.js';

/**
 * Takes out nodes that nobody reads, and optional results that nobody reads.
 *
 * Given: `y, indices = MaxPool(x)`, `z = Relu(x)`, output y.   Result: `y = MaxPool(x)`.
 * Exact: nothing that is read is touched.
 * Keeps off: results that an operator must have (`Split`, `TopK`), and subgraph inputs.
 */
export const removeDeadNodes: Pass = {
  name: 'remove-dead-nodes',
  run(graph, changes) {
    // Readers come before what they read, so one walk takes whole chains.
    for (const node of [...graph.sorted()].reverse()) {
      if (!isUnread(node)) continue;
      graph.remove(node);
      changes.edited();
    }
    for (const node of graph.sorted().filter((one) => hasTrait(one, 'optionalResults'))) {
      for (let index = node.outputs.length - 1; index > 0; index--) {
        if (!node.outputs[index]?.isDead) continue;
        graph.dropOutput(node, index);
        changes.edited();
      }
    }
  },
};
