import { operatorOf } from '../operators/index.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';

/**
 * Drops nodes whose result is their operand, as the rows of the operators say (`isCopy`).
 *
 * Given: `y = Reshape(x, s)` where x has that shape already, an Identity, a Dropout, a Cast to the same type, a Transpose that
 * moves no axis, a Pad by nothing, a Slice of everything, a Resize by 1, a Concat of one, a LeakyRelu of slope 1, …
 * Result: x.
 * Exact: values are copied. A constant behind an Identity (how exporters share equal parameters) so comes to its readers.
 * Keeps off: where y is an output and x an input, a constant or an output, as both names are public; where the shapes are not
 * known to be equal (the same numbers, or the same symbols); where a Dropout trains (see `set-inference-mode`).
 */
export const dropCopies: Pass = {
  name: 'drop-copies',
  run(graph, changes) {
    for (const node of graph.sorted()) {
      const row = operatorOf(node);
      if (row?.isCopy?.(node, row.parameters(node))) replaceNode(node, node.input(0), changes);
    }
  },
};
