import { type Dimension, isAnonymous, isStatic, type Node, type Shape, sizeOf } from '../../model/index.js';
import { operator } from '../operator.js';
import { integersAt } from '../shape/constants.js';
import { keepsShape } from '../shape/copies.js';
import { reshaped } from '../shape/facts.js';
import { divided } from '../shape/products.js';
import { lengthOf, unknownSize, unknownSizes } from '../shape/unknown.js';

export interface ReshapeParameters {
  /** As the file gives it: -1 is what remains, 0 the operand's size at that axis unless `allowZero`. */
  readonly shape: readonly number[] | undefined;
  readonly allowZero: boolean;
}

/** The elements in their order under another shape: -1 stands for what is left, 0 keeps a size unless `allowzero`. */
export const reshape = operator('Reshape', {
  traits: ['moves', 'reshapes'],
  parameters: (node): ReshapeParameters => {
    const shape = integersAt(node, 1, 'shape');
    const allowZero = node.opset >= 14 && node.int('allowzero', 0) !== 0;
    if (shape?.some((size) => size < -1)) throw node.invalid(`shape [${shape}] has a size below -1`);
    if (shape && shape.filter((size) => size === -1).length > 1) throw node.invalid(`shape [${shape}] has -1 twice`);
    if (allowZero && shape?.includes(0) && shape.includes(-1)) {
      throw node.invalid(`shape [${shape}] has 0 and -1, which allowzero forbids`);
    }
    return { shape, allowZero };
  },
  isCopy: keepsShape,
  infer: (node, { allowZero }) => {
    const input = node.input(0);
    const asked = node.input(1).elements ?? integersAt(node, 1, 'shape');
    if (asked) return [reshaped(input, resolved(node, input.shape, asked, allowZero))];
    const rank = lengthOf(node.input(1));
    return [
      reshaped(input, rank === undefined ? undefined : resolved(node, input.shape, unknownSizes(node, rank), true)),
    ];
  },
  compute: ([tensor, sizes], { allowZero }, node) => {
    if (!tensor || !sizes) return undefined;
    const shape = resolved(node, tensor.shape, sizes.toIntegers(), allowZero);
    return isStatic(shape) ? tensor.reshape(shape) : undefined;
  },
});

/** What a shape with 0, -1 and symbols becomes. @throws InputError where the elements cannot have it */
function resolved(node: Node, from: Shape | undefined, asked: readonly Dimension[], allowZero: boolean): Dimension[] {
  const shape = asked.map((size, axis) => {
    if (size !== 0 || allowZero) return size;
    if (from && axis >= from.length) throw node.invalid(`shape [${asked}] copies axis ${axis} of rank ${from.length}`);
    return from?.[axis] ?? unknownSize(node);
  });
  const axis = remainder(shape, from);
  if (axis !== undefined) {
    const rest = shape.filter((_, other) => other !== axis);
    if (shape[axis] === -1 && rest.includes(0)) throw node.invalid(`shape [${asked}] has -1 beside a size of 0`);
    const remaining = from && divided(node, from, rest);
    if (Number.isNaN(remaining)) throw mismatch(node, from, asked);
    if (remaining !== undefined && (shape[axis] === -1 || !isAnonymous(remaining) || from?.includes(remaining)))
      shape[axis] = remaining;
  }
  const known = shape.map((size) => (size === -1 ? unknownSize(node) : size));
  if (isStatic(from) && isStatic(known) && sizeOf(from) !== sizeOf(known)) throw mismatch(node, from, asked);
  return known;
}

/**
 * The axis that follows from the number of elements: the one that is -1, or else the only one whose size is not known, since
 * the number of elements does not change.
 */
function remainder(shape: readonly Dimension[], from: Shape | undefined): number | undefined {
  const axis = shape.indexOf(-1);
  if (axis >= 0) return axis;
  const unknown = shape.flatMap((size, at) => (isAnonymous(size) && !from?.includes(size) ? [at] : []));
  return unknown.length === 1 ? unknown[0] : undefined;
}

function mismatch(node: Node, from: Shape | undefined, asked: readonly Dimension[]) {
  return node.invalid(`a tensor [${from}] cannot have the shape [${asked}]`);
}
