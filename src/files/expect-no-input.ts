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

function isTheInput(output: string, input: string): UsageError {
  const what = output === input ? 'the output is the input' : `the output is the input ${input}`;
  return new UsageError({ what, where: { file: output }, todo: 'choose another place' });
}
