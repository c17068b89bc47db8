import { channelsLast, type Order } from './order.js';
import type { LayoutRule } from './rule.js';

/**
 * Operators whose kernels want channels last: convolutions, pools, resizing, and those that move blocks between space and
 * channels. Weights and other operands stay as in ONNX; the target turns constants as its kernels need them.
 */
export const spatialKernel: LayoutRule = {
  place(node) {
    const rank = node.inputs[0]?.rank;
    const order = rank === undefined ? undefined : channelsLast(rank);
    return { inputs: [order], outputs: node.outputs.map((value) => (value?.rank === rank ? order : undefined)) };
  },
  wish(node, index): Order | undefined {
    const rank = node.inputs[index]?.rank ?? 0;
    return index === 0 ? channelsLast(rank) : undefined;
  },
};
