import { attribute } from '../model/index.js';
import { spelledCeilMode } from '../operators/ceil-mode.js';
import type { Pass } from './pass.js';

/**
 * Drops the `ceil_mode` of a pool that finds no further window by rounding up, or that can be told so by its padding.
 *
 * Given: MaxPool(kernel 2, stride 2, ceil_mode 1) of 8 x 8.   Result: the same without `ceil_mode`.
 * Given: the same of 7 x 8 with pads [0, 0, 0, 1].   Result: pads [0, 0, 1, 0], without `ceil_mode`.
 * Exact: the windows are the same. Then an average pooling can be a part of one map. And before operator set 22 ONNX's own
 * inference counts a window that would start in the end padding, which the standard leaves out: with the attribute the
 * checker would dispute the size, and ONNX Runtime refuse a constant of that size however far behind.
 * Keeps off: sizes that are not known, and windows that all agree on. Where padding is counted, only what no window reaches
 * goes; of windows that leave out elements, the size stays disputed there.
 */
export const dropVainCeilMode: Pass = {
  name: 'drop-vain-ceil-mode',
  run(graph, changes) {
    for (const node of graph.sorted()) {
      const spelled = spelledCeilMode(node);
      if (!spelled) continue;
      const { pads, isVain } = spelled;
      const isPadded = String(node.ints('pads', pads)) === String(pads);
      if (!isPadded) node.attributes.set('pads', attribute(pads));
      if (isVain) node.attributes.delete('ceil_mode');
      if (!isPadded || isVain) changes.edited();
    }
  },
};
