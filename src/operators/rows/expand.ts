import { isStatic, stridesOf } from '../../model/index.js';
import { copyAlong } from '../compute/copy-along.js';
import { operator } from '../operator.js';
import { broadcast } from '../shape/broadcast.js';
import { integersAt } from '../shape/constants.js';
import { keepsShape } from '../shape/copies.js';
import { mayHaveElements, repeated } from '../shape/elements.js';
import { multiplied } from '../shape/products.js';
import { lengthOf, shapeGivenBy, unknownSize, unknownSizes } from '../shape/unknown.js';

export interface ExpandParameters {
  /** As the file gives it: the result is what the operand and this shape broadcast to. */
  readonly shape: readonly number[] | undefined;
}

/** Stretches axes of size 1. */
export const expand = operator('Expand', {
  traits: ['moves'],
  parameters: (node): ExpandParameters => ({ shape: integersAt(node, 1, 'shape') }),
  isCopy: keepsShape,
  infer: (node) => {
    const input = node.input(0);
    const shape = broadcast(node, [input.shape, shapeGivenBy(node, node.input(1))]);
    const [element, ...more] = input.elements ?? [];
    // Several stay as they are, or become rows, whose elements are not followed.
    const elements = more.length === 0 ? repeated(element, shape) : mayHaveElements(shape) ? input.elements : undefined;
    return [{ dtype: input.dtype, shape, elements }];
  },
  compute: ([tensor, sizes], _parameters, node) => {
    const shape = tensor && sizes && broadcast(node, [tensor.shape, sizes.toIntegers()]);
    if (!tensor || !isStatic(shape)) return undefined;
    const lead = shape.length - tensor.shape.length;
    const own = stridesOf(tensor.shape);
    const strides = shape.map((_, at) => (tensor.shape[at - lead] === 1 ? 0 : (own[at - lead] ?? 0)));
    return copyAlong(tensor, { shape, strides, offset: 0 });
  },
});

export interface TileParameters {
  /** How often each axis repeats. */
  readonly repeats: readonly number[] | undefined;
}

/** Repeats the operand along each axis. */
export const tile = operator('Tile', {
  traits: ['moves', 'keepsAxes'],
  parameters: (node): TileParameters => {
    const repeats = integersAt(node, 1, 'repeats');
    const { rank } = node.input(0);
    if (repeats?.some((count) => count < 0)) throw node.invalid(`repeats [${repeats}] has a negative count`);
    if (repeats && rank !== undefined && repeats.length !== rank) {
      throw node.invalid(`${repeats.length} repeats for rank ${rank}`);
    }
    return { repeats };
  },
  isCopy: keepsShape,
  infer: (node) => {
    const { dtype, shape, elements } = node.input(0);
    const repeats = node.input(1).elements ?? integersAt(node, 1, 'repeats');
    const rank = shape?.length ?? lengthOf(node.input(1));
    if (!shape || !repeats) return [{ dtype, shape: rank === undefined ? undefined : unknownSizes(node, rank) }];
    const tiled = shape.map((size, axis) => multiplied(node, [size, repeats[axis] ?? unknownSize(node)]));
    const [count] = repeats;
    const isFollowed = elements && typeof count === 'number' && mayHaveElements(tiled);
    return [
      { dtype, shape: tiled, elements: isFollowed ? Array.from({ length: count }, () => elements).flat() : undefined },
    ];
  },
  compute: ([tensor], { repeats }) => {
    if (!tensor || !repeats) return undefined;
    // Every axis as two, of which the outer one stands still.
    const shape = tensor.shape.flatMap((size, axis) => [repeats[axis] ?? 1, size]);
    const strides = stridesOf(tensor.shape).flatMap((stride) => [0, stride]);
    const result = copyAlong(tensor, { shape, strides, offset: 0 });
    return result?.reshape(tensor.shape.map((size, axis) => size * (repeats[axis] ?? 1)));
  },
});
