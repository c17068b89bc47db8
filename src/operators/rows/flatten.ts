import { type Dimension, isStatic, type Node, type Shape } from '../../model/index.js';
import { operator } from '../operator.js';
import { keepsShape } from '../shape/copies.js';
import { shaped } from '../shape/facts.js';
import { multiplied } from '../shape/products.js';
import { unknownSize } from '../shape/unknown.js';

export interface FlattenParameters {
  /** Axes before it become the first, the others the second. From the front where the rank is known; may be the rank. */
  readonly axis: number;
}

/** [a, b, ..., y, z] as a matrix: the sizes before an axis multiplied, and those from it on. */
export const flatten = operator('Flatten', {
  traits: ['moves', 'reshapes'],
  parameters: (node): FlattenParameters => {
    const axis = node.int('axis', 1);
    const rank = node.input(0).rank;
    if (rank === undefined) return { axis };
    if (axis < (node.opset >= 11 ? -rank : 0) || axis > rank) {
      throw node.invalid(`axis ${axis} is out of range for rank ${rank}`);
    }
    return { axis: axis < 0 ? axis + rank : axis };
  },
  isCopy: keepsShape,
  infer: (node, { axis }) => {
    const input = node.input(0);
    const shape = input.shape ? flattened(node, input.shape, axis) : [unknownSize(node), unknownSize(node)];
    return [shaped(input, shape)];
  },
  compute: ([tensor], { axis }, node) => {
    const shape = tensor && flattened(node, tensor.shape, axis);
    return tensor && isStatic(shape) ? tensor.reshape(shape) : undefined;
  },
});

function flattened(node: Node, shape: Shape, axis: number): Dimension[] {
  const parts = [shape.slice(0, axis), shape.slice(axis)];
  return parts.map((part) => multiplied(node, part));
}
