import type { Lowered, LowerOptions, Target } from '../formats/format.js';
import { type Model, type Unsupported, UnsupportedError } from '../model/index.js';
import { reverseChannels } from './normalise-image.js';

/**
 * Lowers a copy of the model for one target. A target that takes colours in another order than the network gets them
 * turned at the input.
 * @throws UnsupportedError
 */
export function lowerFor(target: Target, model: Model, options: LowerOptions): Lowered {
  const copy = model.copy();
  const { image } = options;
  if (image && target.colours(image.order) !== image.order) reverseChannels(copy, image);
  return target.lower(copy, options);
}

/** Every reason why a target would refuse a model; converts no weight. */
export function unsupportedIn(target: Target, model: Model, options: LowerOptions): readonly Unsupported[] {
  try {
    lowerFor(target, model, { ...options, withoutWeights: true });
    return [];
  } catch (error) {
    if (error instanceof UnsupportedError) return error.unsupported;
    throw error;
  }
}
