import { InputError } from '../../../model/index.js';

/** An error about a package that cannot be what Core ML takes. @param where operation or feature, if it lies in one */
export function damaged(what: string, where?: string): InputError {
  return new InputError({
    what: `not a valid Core ML package: ${what}`,
    where: where === undefined ? {} : { node: where },
  });
}
