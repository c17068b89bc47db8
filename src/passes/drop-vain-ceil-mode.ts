import { hasVainCeilMode } from '../operators/vain-ceil-mode.js';
import type { Pass } from './pass.js';

/**
 * Drops the `ceil_mode` of a pool that finds no further window by rounding up.
 *
 * Given: MaxPool(kernel 2, stride 2, ceil_mode 1) of 8 x 8.   Result: the same without `ceil_mode`.
 * Exact: the windows are the same. Then an average pooling can be a part of one map. And before operator set 22 ONNX's own
 * inference counts a window that would start in the end padding, which the standard leaves out: with the attribute the
 * checker would dispute the size, and all that follow from it.
 * Keeps off: sizes that are not known.
 */
export const dropVainCeilMode: Pass = {
  name: 'drop-vain-ceil-mode',
  run(graph, changes) {
    for (const node of graph.sorted()) {
      if (hasVainCeilMode(node) && node.attributes.delete('ceil_mode')) changes.edited();
    }
  },
};
