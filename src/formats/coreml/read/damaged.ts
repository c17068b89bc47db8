import { EngineError, InputError } from '../../../model/index.js';

/** An error about a package that cannot be what Core ML takes. @param where operation or feature, if it lies in one */
export function damaged(what: string, where?: string): InputError {
  return new InputError({
    what: `not a valid Core ML package: ${what}`,
    where: where === undefined ? {} : { node: where },
  });
}

/** An error about a sound package with an operation that is not read here: nothing can be said of it. */
export function notKnown(what: string, where: string): EngineError {
  return new EngineError({
    what: `not judged: ${what} of Core ML is not known here`,
    where: { node: where },
    todo: 'compare outputs before it with --outputs, or judge the package on a Mac',
  });
}
