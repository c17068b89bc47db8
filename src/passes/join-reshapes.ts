import { hasTrait } from '../operators/index.js';
import type { Pass } from './pass.js';
import { mergeOrigins } from './pass.js';
import { replaceNode } from './replace-node.js';
import { reshaped } from './spelled-shape.js';

/**
 * Joins what gives a new shape to what was given one just before.
 *
 * Given: `y = Reshape(x, s)`, `z = Unsqueeze(y, 0)`.   Result: `z = Reshape(x, t)`, or x where z has its shape again.
 * Exact: the elements keep their order in memory.
 * Keeps off: where the shape of z cannot be said as a constant.
 */
export const joinReshapes: Pass = {
  name: 'join-reshapes',
  run(graph, changes) {
    for (const node of graph.sorted().filter((one) => hasTrait(one, 'reshapes'))) {
      const inner = node.input(0).producer;
      if (!inner || !hasTrait(inner, 'reshapes') || inner.graph !== graph) continue;
      const x = inner.input(0);
      const z = reshaped(graph, x, node.output(), mergeOrigins([inner.origin, node.origin]));
      if (z) replaceNode(node, z, changes);
    }
  },
};
