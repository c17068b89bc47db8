import { type EngineFailure, unknownOperator } from '../engines/index.js';
import { EngineError, type MobileoneError, NotEquivalentError } from '../model/index.js';

/** A failure of the engine while the reference ran, or before anything did: nothing could be compared. */
export function referenceError(failure: EngineFailure): EngineError {
  const { kind, message } = failure;
  return new EngineError({
    what: `nothing could be compared: the reference does not run: ${message}`,
    ...adviceFor(kind),
    cause: failure,
  });
}

/** A reference with open sizes that takes none of those that were tried. */
export function refusedSizes(failure: EngineFailure): EngineError {
  const what = `nothing could be compared: ${failure.message}`;
  return new EngineError({ what, todo: 'give the sizes that it takes with --shape', cause: failure });
}

/** A failure of the engine with a candidate, while the reference runs: the candidate's fault, but for what the engine lacks, clock and memory. */
export function candidateError(failure: EngineFailure, title: string): MobileoneError {
  const { kind, message } = failure;
  const unknown = kind === 'refused' ? unknownOperator(message) : undefined;
  if (unknown !== undefined) {
    return new EngineError({
      what: `not judged: its engine does not know the operator ${unknown}`,
      todo: 'compare outputs before it with --outputs',
      cause: failure,
    });
  }
  if (kind === 'refused' || kind === 'died') {
    const how = kind === 'died' ? message : `its engine refuses it: ${message}`;
    return new NotEquivalentError({ what: `this ${title} model does not run: ${how}`, cause: failure });
  }
  return new EngineError({ what: `not judged: ${message}`, ...adviceFor(kind), cause: failure });
}

function adviceFor(kind: EngineFailure['kind']): { todo?: string } {
  switch (kind) {
    case 'missing':
      return { todo: 'install it' };
    case 'timeout':
      return { todo: 'raise --timeout' };
    case 'memory':
      return { todo: 'give smaller sizes with --shape' };
    default:
      return {};
  }
}
