import { sizeOf, Tensor } from '../../model/index.js';
import { operator } from '../operator.js';
import { mayHaveElements } from '../shape/elements.js';
import { multiplied } from '../shape/products.js';
import { unknownSize } from '../shape/unknown.js';

export interface ShapeParameters {
  /** First axis told; negative ones count from the end, and beyond the ends is no error. */
  readonly start: number;
  /** Axis before which to stop; undefined: none. */
  readonly end: number | undefined;
}

/** The sizes of the operand, as a vector. */
export const shape = operator('Shape', {
  traits: ['measures'],
  parameters: (node): ShapeParameters => ({ start: node.int('start', 0), end: node.int('end', undefined) }),
  infer: (node, parameters) => {
    const sizes = node.input(0).shape;
    if (!sizes) return [{ dtype: 'int64', shape: [unknownSize(node)] }];
    const told = sizes.slice(...range(parameters, sizes.length));
    return [{ dtype: 'int64', shape: [told.length], elements: mayHaveElements([told.length]) ? told : undefined }];
  },
  compute: ([tensor], parameters) =>
    tensor && Tensor.ofShape(tensor.shape.slice(...range(parameters, tensor.shape.length))),
});

function range({ start, end = Number.MAX_SAFE_INTEGER }: ShapeParameters, rank: number): [number, number] {
  const clamp = (axis: number) => Math.min(Math.max(axis < 0 ? axis + rank : axis, 0), rank);
  return [clamp(start), clamp(end)];
}

/** How many elements the operand has. */
export const size = operator('Size', {
  traits: ['measures'],
  infer: (node) => {
    const sizes = node.input(0).shape;
    return [{ dtype: 'int64', shape: [], elements: [sizes ? multiplied(node, sizes) : unknownSize(node)] }];
  },
  compute: ([tensor]) => tensor && Tensor.fromBigInts('int64', [], [BigInt(sizeOf(tensor.shape))]),
});
