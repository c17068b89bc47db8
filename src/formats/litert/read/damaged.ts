import { EngineError, InputError } from '../../../model/index.js';

/** Something in a TensorFlow Lite file is not as it has to be. */
export function damaged(what: string): InputError {
  return new InputError({ what: `not a valid LiteRT model: ${what}` });
}

/** An error about a sound file that holds what is not read here: nothing can be said of it. */
export function notKnown(what: string): EngineError {
  return new EngineError({
    what: `not judged: ${what} of TensorFlow Lite is not known here`,
    todo: 'leave the file out; what is compared must be known whole',
  });
}
