import { composites } from './composites/index.js';
import { Writer } from './composites/writer.js';
import type { Pass } from './pass.js';
import { replaceResults } from './replace-node.js';

/**
 * Writes operators that are made of others by those, so that each target need not know them.
 *
 * Given: `y = Attention(q, k, v)`.   Result: `y = MatMul(Softmax(MatMul(Mul(q, scale), Transpose(k))), v)`.
 * Exact: it is what the standard says that they mean; engines round in another order.
 * Keeps off: what needs sizes or operands that are not known; each file of `composites/` says which.
 */
export const spellComposites: Pass = {
  name: 'spell-composites',
  run(graph, changes) {
    for (const node of graph.nodesOf(...composites.keys())) {
      const results = composites.get(node.operator)?.(node, new Writer(node));
      if (results) replaceResults(node, results, changes);
    }
  },
};
