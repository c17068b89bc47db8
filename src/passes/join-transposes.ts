import { transpose } from '../operators/index.js';
import { mergeOrigins, type Pass } from './pass.js';
import { insertTyped, replaceNode } from './replace-node.js';

/**
 * Joins two transposes that follow each other.
 *
 * Given: `y = Transpose(x, p)`, `z = Transpose(y, q)`.   Result: `z = Transpose(x, p[q])`, or x where that moves nothing.
 * Exact: values are copied.
 * Keeps off: where the order of axes is left out and the rank is not known.
 */
export const joinTransposes: Pass = {
  name: 'join-transposes',
  run(graph, changes) {
    for (const node of graph.nodesOf('Transpose')) {
      const inner = node.input(0).producer;
      if (!inner?.is('Transpose') || inner.graph !== graph) continue;
      const first = transpose.parameters(inner).perm;
      const perm = transpose.parameters(node).perm?.map((axis) => first?.[axis] ?? -1);
      if (!perm || perm.includes(-1)) continue;
      const x = inner.input(0);
      const origin = mergeOrigins([inner.origin, node.origin]);
      const moves = perm.some((axis, i) => axis !== i);
      const z = moves
        ? insertTyped(graph, { operator: 'Transpose', inputs: [x], attributes: { perm }, origin }).output()
        : x;
      replaceNode(node, z, changes);
    }
  },
};
