import { type Dimension, isStatic, type Node, type Shape } from '../../model/index.js';
import { operator } from '../operator.js';
import { normalizeAxes, resolveAxes } from '../shape/axes.js';
import { integersAt } from '../shape/constants.js';
import { keepsShape } from '../shape/copies.js';
import { reshaped } from '../shape/facts.js';
import { lengthOf, unknownSizes } from '../shape/unknown.js';

export interface SqueezeParameters {
  /** Axes to drop, from the front where the rank is known; undefined where they are computed or not decided by the types. */
  readonly axes: readonly number[] | undefined;
}

/** Drops axes of size 1: those named, or all. */
export const squeeze = operator('Squeeze', {
  traits: ['moves', 'reshapes'],
  parameters: (node): SqueezeParameters => {
    const { shape, rank } = node.input(0);
    const named = axesOf(node);
    if (named) return { axes: resolveAxes(node, named, rank) };
    if (node.opset >= 13 && node.hasInput(1)) return { axes: undefined };
    return { axes: isStatic(shape) ? shape.flatMap((size, axis) => (size === 1 ? [axis] : [])) : undefined };
  },
  isCopy: keepsShape,
  infer: (node, { axes }) => {
    const input = node.input(0);
    return [reshaped(input, input.shape && axes && without(node, input.shape, axes))];
  },
  compute: ([tensor], { axes }, node) => {
    const shape = tensor && axes && without(node, tensor.shape, axes);
    return tensor && isStatic(shape) ? tensor.reshape(shape) : undefined;
  },
});

function without(node: Node, shape: Shape, axes: readonly number[]): Dimension[] {
  const wide = axes.find((axis) => typeof shape[axis] === 'number' && shape[axis] !== 1);
  if (wide !== undefined) throw node.invalid(`axis ${wide} has size ${shape[wide]}, not 1`);
  return shape.filter((_, axis) => !axes.includes(axis));
}

function axesOf(node: Node): readonly number[] | undefined {
  return node.opset < 13 ? node.ints('axes', undefined) : node.hasInput(1) ? integersAt(node, 1, 'axes') : undefined;
}

export interface UnsqueezeParameters {
  /** Axes of the result that are new, ascending, from the front where the rank is known; undefined where computed. */
  readonly axes: readonly number[] | undefined;
}

/** Puts in axes of size 1. */
export const unsqueeze = operator('Unsqueeze', {
  traits: ['moves', 'reshapes'],
  parameters: (node): UnsqueezeParameters => {
    const axes = axesOf(node);
    if (!axes) {
      if (node.opset < 13 || !node.hasInput(1)) throw node.invalid('axes are missing');
      return { axes: undefined };
    }
    const { rank } = node.input(0);
    if (rank === undefined) return { axes };
    return { axes: normalizeAxes(node, axes, rank + axes.length).sort((a, b) => a - b) };
  },
  isCopy: keepsShape,
  infer: (node, { axes }) => {
    const input = node.input(0);
    if (axes) return [reshaped(input, input.shape && withAxes(input.shape, axes))];
    const more = lengthOf(node.inputs[1]);
    const rank = more === undefined || input.rank === undefined ? undefined : input.rank + more;
    return [reshaped(input, rank === undefined ? undefined : unknownSizes(node, rank))];
  },
  compute: ([tensor], { axes }) => {
    const shape = tensor && axes && withAxes(tensor.shape, axes);
    return tensor && isStatic(shape) ? tensor.reshape(shape) : undefined;
  },
});

function withAxes(shape: Shape, axes: readonly number[]): Dimension[] {
  const result = [...shape];
  for (const axis of axes) result.splice(axis, 0, 1);
  return result;
}
