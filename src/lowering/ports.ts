import { arrange, type Order } from '../layout/order.js';
import { type DataType, isFloat, type Value } from '../model/index.js';
import { conv } from '../operators/rows/convolution.js';
import type { Builder } from './builder.js';
import { decline } from './decline.js';

/** An input of rank 4 and a float type with 1, 3 or 4 channels; an unknown number of them is what the first Conv asks. */
export function isImage(value: Value): boolean {
  if (value.rank !== 4 || !isFloat(value.dtype)) return false;
  const channels = value.shape?.[1];
  const count = typeof channels === 'number' ? channels : channelsAskedOf(value);
  return count === 1 || count === 3 || count === 4;
}

function channelsAskedOf(value: Value): number | undefined {
  for (const { node, index } of value.uses) {
    const [outputs, perGroup] = node.inputs[1]?.shape ?? [];
    if (index !== 0 || !node.is('Conv') || typeof perGroup !== 'number') continue;
    if (typeof outputs === 'number') return perGroup * conv.parameters(node).group;
  }
  return undefined;
}

/** An input or output of the graph, as it lies in the program. */
export interface Place<Type extends DataType> {
  readonly value: Value;
  readonly order: Order;
  readonly type: Type;
  /** Sizes in memory, -1 where any will do; undefined where the rank is not known. */
  readonly sizes: readonly number[] | undefined;
}

/** @throws Declined where the target has no such type */
export function placeOf<Type extends DataType>(
  value: Value,
  order: Order,
  { title, typeOf }: Pick<Builder<unknown, Type>, 'title' | 'typeOf'>,
): Place<Type> {
  const { dtype, otherType, shape } = value;
  const type = typeOf(dtype) ?? decline(`${title} has no ${dtype ?? (otherType ? 'such type' : 'unknown type')}`);
  const sizes = shape && arrange(shape, order).map((size) => (typeof size === 'number' ? size : -1));
  return { value, order, type, sizes };
}
