import { InputError, OutputError } from '../model/index.js';

/** What the system's error codes mean to someone who reads a terminal. */
const MEANING: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'No space left on the device'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'over the size that a file may have here'],
  ['EIO', 'the device failed to read or write (EIO)'],
  ['ENAMETOOLONG', 'name too long'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EISDIR', 'it is a folder'],
  ['EEXIST', 'exists and is not ours'],
  ['ENOTEMPTY', 'exists and is not empty'],
  ['ELOOP', 'a link that leads back to itself'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open on this machine'],
  ['EXDEV', 'it is on another device'],
  ['ENXIO', 'not a regular file'],
  ['EPIPE', 'nobody reads it any more'],
]);

/** Whether an error comes from the operating system, and is therefore no defect of ours. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && 'errno' in error && typeof error.code === 'string';
}

/** The system, or Node, says that more or fewer bytes were moved than can have been. */
export class CountError extends Error {
  constructor(call: 'read' | 'write', count: number, asked: number) {
    super(`a ${call} of ${asked} bytes is answered with ${count}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CountError) return error.message;
  if (!isSystemError(error)) throw error;
  return meaningOf(error.code);
}

function meaningOf(code: string): string {
  return MEANING.get(code) ?? `the system says ${code}`;
}

/** A system error while reading as the error of a file that was given; anything else is thrown on as it is. */
export function asInputError(error: unknown, file: string): InputError {
  const isMissing = isSystemError(error) && error.code === 'ENOENT';
  const what = isMissing ? 'not found: no such file' : `cannot be read: ${reasonOf(error)}`;
  return new InputError({ what, where: { file }, cause: error });
}

/** A system error while writing as the error of an output; anything else is thrown on as it is. */
export function asOutputError(error: unknown, file: string): OutputError {
  return new OutputError({ what: `cannot be written: ${reasonOf(error)}`, where: { file }, cause: error });
}
