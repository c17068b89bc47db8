import { dropout } from '../operators/index.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';

/**
 * Drops `Identity`, and `Dropout` where it does nothing.
 *
 * Given: `y = Identity(x)`, `z = Relu(y)`.   Result: `z = Relu(x)`.
 * Exact: values are copied. A constant behind an Identity (how exporters share equal parameters) so comes to its readers.
 * Keeps off: where y is an output and x an input, a constant or an output, as both names are public; where the mask of a
 * Dropout is read; where a Dropout trains (see `set-inference-mode`).
 */
export const dropIdentity: Pass = {
  name: 'drop-identity',
  run(graph, changes) {
    for (const node of graph.nodesOf('Identity', 'Dropout')) {
      const hasReadMask = node.outputs[1]?.isDead === false;
      const mayTrain = node.is('Dropout') && dropout.parameters(node).trainingMode !== false;
      if (!hasReadMask && !mayTrain) replaceNode(node, node.input(0), changes);
    }
  },
};
