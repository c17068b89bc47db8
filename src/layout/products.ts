import type { LayoutRule } from './rule.js';

/**
 * A product with one constant matrix is a product of rows: whatever order the other axes lie in, only the last one has to
 * be last. All other products need their operands as ONNX has them.
 */
export const product: LayoutRule = {
  place(node, at) {
    const [left, right] = node.inputs;
    const rank = left?.rank ?? 0;
    if (!right?.constant || right.rank !== 2 || rank < 3) return { inputs: [], outputs: [] };
    const order = [...at.order(0).filter((axis) => axis !== rank - 1), rank - 1];
    return { inputs: [order], outputs: [order] };
  },
};
