import type { Lowered, LowerOptions, Target } from '../formats/format.js';
import { type Model, type Unsupported, UnsupportedError } from '../model/index.js';
import { reverseChannels } from './normalise-image.js';

/**
 * Lowers a copy of the model for one target. A target that takes colours in another order than the network gets them
 * turned at the input, and its port says so.
 * @throws UnsupportedError
 */
export function lowerFor(target: Target, model: Model, options: LowerOptions): Lowered {
  const copy = model.copy();
  const image = options.image;
  if (!image || target.colours(image.order) === image.order) return target.lower(copy, options);
  reverseChannels(copy, image);
  const lowered = target.lower(copy, options);
  return {
    ...lowered,
    inputs: lowered.inputs.map((port) => (port.name === image.input ? { ...port, reversedAxis: 1 } : port)),
  };
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
