import type { Node, Shape } from '../../../model/index.js';
import { multiplied } from '../../../operators/shape/products.js';

/** A permutation of fewer axes that moves the same elements to the same places. */
export interface MergedPermutation {
  /** Sizes of the operand's axes, merged. */
  readonly sizes: Shape;
  readonly perm: readonly number[];
}

/**
 * Leaves out axes of size 1 and takes neighbours together that stay neighbours in their order. Exact: in row-major order such
 * axes are one.
 */
export function mergedPermutation(node: Node, sizes: Shape, perm: readonly number[]): MergedPermutation {
  const moving = perm.filter((axis) => sizes[axis] !== 1);
  const wide = [...moving].sort((a, b) => a - b);
  /** The axis that follows in the operand, axes of size 1 aside. */
  const next = new Map(wide.map((axis, i) => [axis, wide[i + 1]]));
  const groups: number[][] = [];
  for (const axis of moving) {
    const last = groups.at(-1);
    if (last && next.get(last.at(-1) ?? -1) === axis) last.push(axis);
    else groups.push([axis]);
  }
  const inOperand = [...groups].sort(([a = 0], [b = 0]) => a - b);
  return {
    sizes: inOperand.map((group) =>
      multiplied(
        node,
        group.map((axis) => sizes[axis] ?? 1),
      ),
    ),
    perm: groups.map((group) => inOperand.indexOf(group)),
  };
}
