import type { Node } from '../model/index.js';
import { operatorOf } from '../operators/index.js';
import { type Order, plain, without } from './order.js';
import type { LayoutRule } from './rule.js';

/**
 * Operators with axes among their parameters that keep all axes of their first operand: it lies as it likes, and whoever
 * emits the node gives the axes the numbers they have in memory.
 */
export const alongAxes: LayoutRule = {
  place(node, at) {
    const rank = node.inputs[0]?.rank;
    const order = at.order(0);
    return { inputs: [order], outputs: node.outputs.map((value) => (value?.rank === rank ? order : undefined)) };
  },
  wish: (_node, index, result) => (index === 0 ? result : undefined),
};

/** What is asked of the operand as such: it may lie in any order, and what is told of it is not laid out. */
export const measuring: LayoutRule = {
  place: (_node, at) => ({ inputs: [at.order(0)], outputs: [] }),
  wish: () => undefined,
};

/** Like `alongAxes`, for kernels that work along the last axis in memory alone. `parametersOf` says along which of ONNX's. */
export function alongLast(
  parametersOf: (node: Node) => { readonly axis: number; readonly flattensFromAxis?: boolean },
): LayoutRule {
  const axisOf = (node: Node) => {
    const { axis, flattensFromAxis } = parametersOf(node);
    return flattensFromAxis || node.inputs[0]?.rank === undefined ? undefined : axis;
  };
  return {
    place(node, at) {
      const axis = axisOf(node);
      if (axis === undefined) return { inputs: [], outputs: [] };
      const own = at.order(0);
      const candidates = [own, at.wish ?? own, plain(own.length)];
      const order = candidates.find((candidate) => candidate.at(-1) === axis) ?? moved(own, axis);
      return { inputs: [order], outputs: node.outputs.map(() => order) };
    },
    wish(node, index, result) {
      const axis = axisOf(node);
      return index === 0 && result && result.at(-1) === axis ? result : undefined;
    },
  };
}

/** The order with `axis` at its end. */
function moved(order: Order, axis: number): Order {
  return [...order.filter((other) => other !== axis), axis];
}

/** Reductions: axes that are dropped take their place in memory with them. */
export const reducing: LayoutRule = {
  place(node, at) {
    const { axes, keepDims } = reducedAxes(node);
    const order = at.order(0);
    if (!axes) return { inputs: [], outputs: [] };
    return { inputs: [order], outputs: [keepDims ? order : without(order, new Set(axes))] };
  },
  wish(node, index, result) {
    const { axes, keepDims } = reducedAxes(node);
    return index === 0 && axes && keepDims ? result : undefined;
  },
};

function reducedAxes(node: Node) {
  const row = operatorOf(node);
  return row?.reducedAxes?.(node, row.parameters(node)) ?? { axes: undefined, keepDims: true };
}

/** Takes slices of the first operand along one axis; the axes of the indices stand where that axis stood. */
export function gathering(axisOf: (node: Node) => number): LayoutRule {
  return {
    place(node, at) {
      const order = at.order(0);
      const added = node.inputs[1]?.rank;
      const axis = axisOf(node);
      if (added === undefined || node.inputs[0]?.rank === undefined) return { inputs: [], outputs: [] };
      const shifted = order.flatMap((other) => {
        if (other === axis) return Array.from({ length: added }, (_, i) => axis + i);
        return other < axis ? other : other + added - 1;
      });
      return { inputs: [order], outputs: [shifted] };
    },
    wish: () => undefined,
  };
}
