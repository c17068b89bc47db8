import type { DataType, Tensor, Value } from '../../model/index.js';
import { converted } from '../compute/convert.js';
import { type Facts, operator } from '../operator.js';
import { keepsType } from '../shape/copies.js';
import { fitAll } from '../shape/integer-range.js';
import { typeAttribute } from '../shape/type-attribute.js';

export interface CastParameters {
  /** Element type of the result; undefined where `CastLike` takes it from a value whose type is not known. */
  readonly to: DataType | undefined;
}

/** The elements in another type, rounded once; same shape. Floats are cut towards zero where they become integers. */
export const cast = operator('Cast', {
  traits: ['elementwise', 'moves'],
  parameters: (node): CastParameters => {
    const to = typeAttribute(node, 'to');
    if (!to) throw node.invalid('attribute to is missing');
    return { to };
  },
  isCopy: keepsType,
  infer: (node, { to }) => [casted(node.input(0), to)],
  compute: ([tensor], { to }) => computed(tensor, to),
});

/** Of its second operand, `CastLike` takes the type alone: that may be computed, and `compute` does without it. */
export const castLike = operator('CastLike', {
  traits: ['elementwise', 'moves'],
  parameters: (node): CastParameters => ({ to: node.input(1).dtype }),
  isCopy: keepsType,
  infer: (node, { to }) => [casted(node.input(0), to)],
  compute: ([tensor], { to }) => computed(tensor, to),
});

function computed(tensor: Tensor | undefined, to: DataType | undefined): Tensor | undefined {
  return tensor && to && converted(tensor, to);
}

/** Elements stay as they are where all fit. */
function casted({ graph, shape, elements }: Value, to: DataType | undefined): Facts {
  return { dtype: to, shape, elements: elements && fitAll(graph.model, elements, to) ? elements : undefined };
}
