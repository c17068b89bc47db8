import type { Pass } from './pass.js';
import { isUnread } from './replace-node.js';

/** Operators whose results after the first are optional: the others are computed the same whether these are asked for or not. */
const WITH_OPTIONAL_RESULTS = ['Dropout', 'LayerNormalization', 'MaxPool'];

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
    for (const node of graph.nodesOf(...WITH_OPTIONAL_RESULTS)) {
      for (let index = node.outputs.length - 1; index > 0; index--) {
        if (!node.outputs[index]?.isDead) continue;
        graph.dropOutput(node, index);
        changes.edited();
      }
    }
  },
};
