import type { Shape, Value } from '../../model/index.js';
import type { Facts } from '../operator.js';
import { mayHaveElements } from './elements.js';

/** All that is known of a value, as the facts of a result that equals it. */
export function factsOf(value: Value | undefined): Facts {
  return { dtype: value?.dtype, shape: value?.shape, elements: value?.elements };
}

/** A result with the element type of `value` and a shape of its own. */
export function shaped(value: Value | undefined, shape: Shape | undefined): Facts {
  return { dtype: value?.dtype, shape };
}

/** A result with the element type and shape of `value`, but other elements. */
export function likeOf(value: Value | undefined): Facts {
  return { dtype: value?.dtype, shape: value?.shape };
}

/** The elements of `value`, in their order, under another shape. */
export function reshaped(value: Value | undefined, shape: Shape | undefined): Facts {
  return { dtype: value?.dtype, shape, elements: mayHaveElements(shape) ? value?.elements : undefined };
}
