import path from 'node:path';
import { UsageError } from '../model/index.js';
import { type Identity, identityAt } from './identity.js';

/**
 * Refuses an output that is one of the files read, by device and inode: no spelling of a path hides that.
 * @throws UsageError
 */
export function expectNoInput(output: string, inputs: readonly string[]): void {
  const identity = identityAt(output);
  const input = identity && inputs.find((path) => identityAt(path) === identity);
  if (input !== undefined) throw isTheInput(output, input);
}

/** The same for files that are known by their identity, such as external data. @throws UsageError */
export function expectNotAmong(output: string, files: ReadonlySet<Identity>): void {
  const identity = identityAt(output);
  if (identity && files.has(identity)) throw isTheInput(output, 'external data of the model');
}

/**
 * Refuses an output that is an input's folder, or lies somewhere in it: it would change the input, or lay itself over it.
 * @throws UsageError
 */
export function expectNotInside(output: string, inputs: readonly string[]): void {
  const above = new Set(foldersFrom(path.resolve(output)).map(identityAt));
  const input = inputs.find((each) => above.has(identityAt(each) ?? ''));
  if (input !== undefined) {
    throw new UsageError({
      what: `the output lies in the input ${input}`,
      where: { file: output },
      todo: 'choose another place',
    });
  }
}

/** Refuses a folder for several outputs that an input lies in: its name may be one of theirs. @throws UsageError */
export function expectNoInputIn(folder: string, inputs: readonly string[]): void {
  const identity = identityAt(folder);
  const input = identity && inputs.find((each) => identityAt(path.dirname(path.resolve(each))) === identity);
  if (input !== undefined) {
    throw new UsageError({
      what: `the input ${input} lies in the folder for outputs`,
      where: { file: folder },
      todo: 'choose another folder',
    });
  }
}

/** A place and every folder that it lies in. */
function foldersFrom(place: string): string[] {
  const above = path.dirname(place);
  return above === place ? [place] : [place, ...foldersFrom(above)];
}

function isTheInput(output: string, input: string): UsageError {
  const what = output === input ? 'the output is the input' : `the output is the input ${input}`;
  return new UsageError({ what, where: { file: output }, todo: 'choose another place' });
}
