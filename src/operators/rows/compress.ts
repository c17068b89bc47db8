import { type Dimension, isStatic, type Node, sizeOf } from '../../model/index.js';
import { slicesAt } from '../compute/indices.js';
import { nonZeroPlaces } from '../compute/non-zero-places.js';
import { operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { constantOf } from '../shape/constants.js';
import { shaped } from '../shape/facts.js';
import { unknownSize } from '../shape/unknown.js';

/** Longest condition that inference counts in; a longer one is data. */
const LONGEST = 4096;

function axisOf(node: Node): number | undefined {
  const axis = node.int('axis', undefined);
  const { rank } = node.input(0);
  return axis === undefined || rank === undefined ? axis : normalizeAxis(node, axis, rank);
}

export interface CompressParameters {
  /** From the front where the rank is known; undefined: the operand is taken as a vector. */
  readonly axis: number | undefined;
}

/** Keeps the slices whose condition is true; a condition that is too short is false for the rest. */
export const compress = operator('Compress', {
  traits: ['moves'],
  parameters: (node): CompressParameters => ({ axis: axisOf(node) }),
  infer: (node, { axis }) => {
    const input = node.input(0);
    const size = kept(node);
    if (axis === undefined) return [shaped(input, [size])];
    return [
      shaped(
        input,
        input.shape?.map((whole, at) => (at === axis ? size : whole)),
      ),
    ];
  },
  compute: ([tensor, condition], { axis }) => {
    if (!tensor || !condition) return undefined;
    const data = axis === undefined ? tensor.reshape([tensor.size]) : tensor;
    const along = axis ?? 0;
    const size = data.shape[along] ?? 0;
    const places = nonZeroPlaces(condition);
    if (!places || places.some((place) => place >= size)) return undefined;
    const shape = data.shape.map((whole, at) => (at === along ? places.length : whole));
    return slicesAt(data, along, places, shape);
  },
});

function kept(node: Node): Dimension {
  const condition = constantOf(node.input(1));
  const places = condition && condition.size <= LONGEST ? nonZeroPlaces(condition) : undefined;
  return places?.length ?? unknownSize(node);
}

export interface UniqueParameters {
  /** From the front where the rank is known; undefined: the operand is taken as a vector. */
  readonly axis: number | undefined;
  readonly isSorted: boolean;
}

/** The different slices along an axis; where each first stands, where each went, and how often it stands. */
export const unique = operator('Unique', {
  traits: ['selects', 'optionalResults'],
  parameters: (node): UniqueParameters => ({ axis: axisOf(node), isSorted: node.int('sorted', 1) !== 0 }),
  infer: (node, { axis }) => {
    const input = node.input(0);
    const { shape } = input;
    const count = unknownSize(node);
    const result = axis === undefined ? [count] : shape?.map((size, at) => (at === axis ? count : size));
    const whole = axis === undefined ? isStatic(shape) && sizeOf(shape) : shape?.[axis];
    const counted = { dtype: 'int64', shape: [count] } as const;
    const inverse = { dtype: 'int64', shape: [whole || unknownSize(node)] } as const;
    return [shaped(input, result), counted, inverse, counted];
  },
});
