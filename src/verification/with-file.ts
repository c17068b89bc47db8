import type { MobileoneError } from '../model/index.js';

type Parts = ConstructorParameters<typeof MobileoneError>[0];

/** The same error with the file that it is about; one that names a file already stays as it is. */
export function withFile(error: MobileoneError, file: string): MobileoneError {
  if (error.where.file !== undefined) return error;
  const { what, where, todo } = error;
  const Kind = error.constructor as new (parts: Parts) => MobileoneError;
  return new Kind({ what, where: { ...where, file }, ...(todo ? { todo } : {}), cause: error });
}
