import type { DataType, Dimension, Tensor, Value } from '../model/index.js';
import { converted } from './compute/convert.js';
import { type Facts, operator } from './operator.js';
import { typeAttribute } from './shape/type-attribute.js';

export interface CastParameters {
  /** Element type of the result; undefined where `CastLike` takes it from a value whose type is not known. */
  readonly to: DataType | undefined;
}

export const cast = operator('Cast', {
  parameters: (node): CastParameters => {
    const to = typeAttribute(node, 'to');
    if (!to) throw node.invalid('attribute to is missing');
    return { to };
  },
  infer: (node, { to }) => [casted(node.input(0), to)],
  compute: ([tensor], { to }) => computed(tensor, to),
});

/** Of its second operand, `CastLike` takes the type alone: that may be computed, and `compute` does without it. */
export const castLike = operator('CastLike', {
  parameters: (node): CastParameters => ({ to: node.input(1).dtype }),
  infer: (node, { to }) => [casted(node.input(0), to)],
  compute: ([tensor], { to }) => computed(tensor, to),
});

function computed(tensor: Tensor | undefined, to: DataType | undefined): readonly Tensor[] | undefined {
  const result = tensor && to && converted(tensor, to);
  return result && [result];
}

const RANGES: ReadonlyMap<DataType, readonly [number, number]> = new Map([
  ['int8', [-(2 ** 7), 2 ** 7 - 1]],
  ['uint8', [0, 2 ** 8 - 1]],
  ['int16', [-(2 ** 15), 2 ** 15 - 1]],
  ['uint16', [0, 2 ** 16 - 1]],
  ['int32', [-(2 ** 31), 2 ** 31 - 1]],
  ['uint32', [0, 2 ** 32 - 1]],
  ['int64', [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
]);

function casted(value: Value, to: DataType | undefined): Facts {
  return { dtype: to, shape: value.shape, elements: to && value.elements && castedElements(value.elements, to) };
}

/** Numbers that fit stay as they are, and so do symbols where sizes fit. */
function castedElements(elements: readonly Dimension[], to: DataType): readonly Dimension[] | undefined {
  const range = RANGES.get(to);
  if (!range) return undefined;
  const [least, most] = range;
  const fits = elements.every((d) => (typeof d === 'number' ? d >= least && d <= most : most >= 2 ** 31 - 1));
  return fits ? elements : undefined;
}
