import { spelledDefaults } from '../operators/default-attributes.js';
import type { Pass } from './pass.js';

/**
 * Drops attributes that say what their absence says.   Given: Gemm(transA = 0, transB = 1).   Result: Gemm(transB = 1).
 * Exact: the standard gives the default. So the same network is written the same, whichever exporter it came from.
 */
export const dropDefaultAttributes: Pass = {
  name: 'drop-default-attributes',
  run(graph, changes) {
    for (const node of graph.sorted()) {
      for (const name of spelledDefaults(node)) {
        if (node.attributes.delete(name)) changes.edited();
      }
    }
  },
};
