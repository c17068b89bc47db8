import { stridesOf } from '../../model/index.js';
import { copyAlong } from '../compute/copy-along.js';
import { operator } from '../operator.js';
import { unknownSize } from '../shape/unknown.js';

export interface TransposeParameters {
  /** Axis k of the result is axis `perm[k]` of the operand; undefined: all axes reversed, of a rank not known. */
  readonly perm: readonly number[] | undefined;
}

/** The axes in another order: axis i of the result is axis `perm[i]` of the operand. */
export const transpose = operator('Transpose', {
  traits: ['moves'],
  parameters: (node): TransposeParameters => {
    const { rank } = node.input(0);
    const given = node.ints('perm', undefined);
    if (!given) return { perm: rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => rank - 1 - i) };
    const isPermutation = [...given].sort((a, b) => a - b).every((axis, i) => axis === i);
    if (!isPermutation || (rank !== undefined && given.length !== rank)) {
      throw node.invalid(`perm [${given}] does not name every axis of rank ${rank ?? given.length} once`);
    }
    return { perm: given };
  },
  isCopy: (_node, { perm }) => perm?.every((axis, i) => axis === i) ?? false,
  infer: (node, { perm }) => {
    const input = node.input(0);
    const shape = perm?.map((axis) => input.shape?.[axis] ?? unknownSize(node));
    return [{ dtype: input.dtype, shape, elements: input.elements }];
  },
  compute: ([tensor], { perm }) => {
    if (!tensor || !perm) return undefined;
    const strides = stridesOf(tensor.shape);
    return copyAlong(tensor, {
      shape: perm.map((axis) => tensor.shape[axis] ?? 1),
      strides: perm.map((axis) => strides[axis] ?? 1),
      offset: 0,
    });
  },
});
