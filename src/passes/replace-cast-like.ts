import { DATA_TYPES } from '../model/index.js';
import type { Pass } from './pass.js';
import { insertTyped, replaceNode } from './replace-node.js';

/**
 * Writes `CastLike` as `Cast`.
 *
 * Given: `y = CastLike(c, x)`, x float32.   Result: `y = Cast(c, to: float32)`.
 * Exact: of its second operand CastLike takes the type alone. That read keeps a constant c from folding.
 * Keeps off: where the type of x is not known.
 */
export const replaceCastLike: Pass = {
  name: 'replace-cast-like',
  run(graph, changes) {
    for (const node of graph.nodesOf('CastLike')) {
      const dtype = node.dtypeOf(1);
      if (!dtype) continue;
      const saturate = node.attributes.get('saturate');
      const cast = insertTyped(graph, {
        operator: 'Cast',
        inputs: [node.input(0)],
        attributes: { to: DATA_TYPES.indexOf(dtype) + 1, saturate },
        origin: node.origin,
      });
      replaceNode(node, cast.output(), changes);
    }
  },
};
