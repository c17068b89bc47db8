import type { Dimension, Graph, Shape, SourceNode, Value } from '../model/index.js';
import { isStatic, sameShape, sizeOf, Tensor } from '../model/index.js';
import { insertTyped } from './replace-node.js';

/**
 * The constant second operand of a Reshape (without `allowzero`) from one shape to another: sizes where they are known,
 * -1 for the one that is not; where there are several, 0 for those that stand at the same axis of `from`.
 * @returns undefined where that does not say it
 */
export function shapeOperand(from: Shape, to: Shape): number[] | undefined {
  const isUnknown = (size: Dimension) => typeof size !== 'number';
  // A 0 would be read as "keep", and -1 beside a size of 0 says nothing.
  if (to.includes(0)) return undefined;
  const several = to.filter(isUnknown).length > 1;
  const operand = to.map((size, axis) => (typeof size === 'number' ? size : several && size === from[axis] ? 0 : -1));
  return operand.filter((size) => size === -1).length > 1 ? undefined : operand;
}

/** Whether a Flatten from axis 1 leads from one shape to the other: of no elements, a Reshape may name any other size. */
export function isFlatten(from: Shape | undefined, to: Shape | undefined): boolean {
  if (!from || to?.length !== 2 || from.length < 3 || from[0] !== to[0]) return false;
  const rest = from.slice(1);
  return !isStatic(rest) || sizeOf(rest) === to[1];
}

/**
 * `x` under the shape of `like`, in the one spelling that this tool has for it: x itself, else Flatten, else Reshape by
 * a constant.
 * @returns undefined where the shapes are not known well enough
 */
export function reshaped(graph: Graph, x: Value, like: Value, origin: readonly SourceNode[]): Value | undefined {
  if (sameShape(x.shape, like.shape)) return x;
  if (isFlatten(x.shape, like.shape)) {
    return insertTyped(graph, { operator: 'Flatten', inputs: [x], attributes: { axis: 1 }, origin }).output();
  }
  const operand = x.shape && like.shape && shapeOperand(x.shape, like.shape);
  if (!operand) return undefined;
  const shape = graph.addConstant(Tensor.ofShape(operand), 'shape');
  return insertTyped(graph, { operator: 'Reshape', inputs: [x, shape], origin }).output();
}
