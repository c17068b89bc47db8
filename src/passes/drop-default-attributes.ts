import { spelledDefaults } from '../operators/default-attributes.js';
import { hasVainCeilMode } from '../operators/vain-ceil-mode.js';
import type { Pass } from './pass.js';

/**
 * Drops attributes that say what their absence says.   Given: Gemm(transA = 0, transB = 1).   Result: Gemm(transB = 1).
 * Exact: the standard gives the default. So the same network is written the same, whichever exporter it came from.
 *
 * So it is with the `ceil_mode` of a pool that finds no further window by rounding up. Before operator set 22 ONNX's own
 * inference counts a window that would start in the end padding, which the standard leaves out: with the attribute the
 * checker would dispute the size, and all that follow from it.
 */
export const dropDefaultAttributes: Pass = {
  name: 'drop-default-attributes',
  run(graph, changes) {
    for (const node of graph.sorted()) {
      const said = hasVainCeilMode(node) ? ['ceil_mode', ...spelledDefaults(node)] : spelledDefaults(node);
      for (const name of said) {
        if (node.attributes.delete(name)) changes.edited();
      }
    }
  },
};
