import { arrange, isPlain, type Order } from '../../layout/order.js';
import { isFloat, type Shape, type Value } from '../../model/index.js';
import { conv } from '../../operators/rows/convolution.js';
import type { Port } from '../format.js';
import { kindOf } from './elements.js';

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

/** Sizes in memory, -1 where any will do; undefined where the rank is not known. */
export function sizesOf(shape: Shape | undefined, order: Order): number[] | undefined {
  return shape && arrange(shape, order).map((size) => (typeof size === 'number' ? size : -1));
}

export function portOf(value: Value, artefactName: string, order: Order): Port {
  return {
    name: value.name,
    artefactName,
    dtype: kindOf(value.dtype) ?? 'float32',
    ...(isPlain(order) ? {} : { permutation: order }),
  };
}
