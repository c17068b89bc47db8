import { type Dimension, type Node, stridesOf } from '../../model/index.js';
import { copyAlong } from '../compute/copy-along.js';
import { operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { integersAt } from '../shape/constants.js';
import { unknownSize, unknownSizes } from '../shape/unknown.js';

export interface SplitParameters {
  /** From the front where the rank is known. */
  readonly axis: number;
  /** Sizes of the parts along `axis`; undefined where they are computed, or equal parts of a size not known. */
  readonly sizes: readonly number[] | undefined;
}

/** The operand cut along an axis, into as many parts as the node has outputs: equal ones, or of given sizes. */
export const split = operator('Split', {
  traits: ['moves', 'keepsAxes'],
  parameters: (node): SplitParameters => {
    const { shape, rank } = node.input(0);
    const given = node.int('axis', 0);
    const axis = rank === undefined ? given : normalizeAxis(node, given, rank);
    const whole = shape?.[axis];
    const parts = partsOf(node);
    const size = typeof whole === 'number' ? whole : undefined;
    const sizes = typeof parts === 'number' ? size !== undefined && equalParts(node, size, parts) : parts;
    if (!sizes) return { axis, sizes: undefined };
    const isWrong = sizes.length !== node.outputs.length || sizes.some((part) => part < 0);
    const total = sizes.reduce((a, b) => a + b, 0);
    if (isWrong || (size !== undefined && total !== size)) {
      throw node.invalid(`parts [${sizes}] do not make up size ${whole ?? '?'} in ${node.outputs.length} outputs`);
    }
    return { axis, sizes };
  },
  isCopy: (node) => node.outputs.length === 1,
  infer: (node, { axis, sizes }) => {
    const { dtype, shape, elements } = node.input(0);
    const isSingle = node.outputs.length === 1;
    const unknown = sizes || isSingle ? [] : unknownSizes(node, node.outputs.length);
    let start = 0;
    return node.outputs.map((_, index) => {
      const size: Dimension = sizes?.[index] ?? (isSingle ? shape?.[axis] : unknown[index]) ?? unknownSize(node);
      const from = start;
      start += typeof size === 'number' ? size : 0;
      return {
        dtype,
        shape: shape?.map((whole, at) => (at === axis ? size : whole)),
        elements: sizes && elements?.slice(from, start),
      };
    });
  },
  compute: ([tensor], { axis, sizes }) => {
    if (!tensor || !sizes) return undefined;
    const strides = stridesOf(tensor.shape);
    let offset = 0;
    const parts = sizes.map((size) => {
      const shape = tensor.shape.map((whole, at) => (at === axis ? size : whole));
      const part = copyAlong(tensor, { shape, strides, offset });
      offset += size * (strides[axis] ?? 1);
      return part;
    });
    const made = parts.filter((part) => part !== undefined);
    return made.length === parts.length ? made : undefined;
  },
});

/** The sizes asked for, or how many equal parts; undefined where that is computed. */
function partsOf(node: Node): readonly number[] | number | undefined {
  if (node.opset < 13) return node.ints('split', undefined) ?? node.outputs.length;
  if (node.hasInput(1)) return integersAt(node, 1, 'split');
  const count = node.opset < 18 ? undefined : node.int('num_outputs', undefined);
  if (count !== undefined && count !== node.outputs.length) {
    throw node.invalid(`num_outputs is ${count}, with ${node.outputs.length} outputs`);
  }
  return count ?? node.outputs.length;
}

/** Equal parts; since operator set 18 the last one may be smaller. */
function equalParts(node: Node, size: number, count: number): number[] {
  const part = Math.ceil(size / count);
  if (node.opset < 18 && part * count !== size) throw node.invalid(`size ${size} cannot be ${count} equal parts`);
  return Array.from({ length: count }, (_, index) => Math.max(Math.min(part, size - index * part), 0));
}
