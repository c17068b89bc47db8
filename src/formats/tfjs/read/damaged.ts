import { InputError } from '../../../model/index.js';

/** An error about a folder that cannot be what TensorFlow.js loads, or that holds what is not read here. */
export function damaged(what: string): InputError {
  return new InputError({ what: `not a valid TensorFlow.js model: ${what}` });
}
