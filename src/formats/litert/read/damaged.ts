import { InputError } from '../../../model/index.js';

/** Something in a TensorFlow Lite file is not as it has to be. */
export function damaged(what: string): InputError {
  return new InputError({ what: `not a valid LiteRT model: ${what}` });
}
