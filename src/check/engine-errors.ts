import { EngineFailure } from '../engines/index.js';
import { EngineError, type MobileoneError, NotEquivalentError } from '../model/index.js';

/** A failure of the engine while the source ran, or before anything did: nothing could be compared. */
export function sourceError(failure: EngineFailure): EngineError {
  return new EngineError({
    what: `nothing could be compared: ${failure.message}`,
    todo: adviceFor(failure),
    cause: failure,
  });
}

/** A source with open sizes that takes none of those that were tried: a batch may be written into a Reshape, say. */
export function refusedSizes(failure: EngineFailure, sizes: string): EngineError {
  return new EngineError({
    what: `nothing could be compared: at ${sizes} ${failure.message}`,
    todo: 'give the sizes that it takes with --shape',
    cause: failure,
  });
}

/** A failure of the engine with an artefact, while the source runs: the artefact's fault, but for clock and memory. */
export function artefactError(failure: EngineFailure, target: string): MobileoneError {
  if (failure.kind !== 'refused' && failure.kind !== 'died') return sourceError(failure);
  const how = failure.kind === 'died' ? failure.message : `its engine refuses it: ${failure.message}`;
  return new NotEquivalentError({
    what: `the ${target} artefact does not run: ${how}`,
    todo: 'report this, or use --no-check',
    cause: failure,
  });
}

/** Passes an engine's failure through `translate`; anything else is a defect and stays what it is. */
export function translated(error: unknown, translate: (failure: EngineFailure) => MobileoneError): unknown {
  return error instanceof EngineFailure ? translate(error) : error;
}

function adviceFor({ kind }: EngineFailure): string {
  switch (kind) {
    case 'missing':
      return 'install it, or use --no-check';
    case 'timeout':
      return 'raise --timeout, or use --no-check';
    case 'memory':
      return 'give smaller sizes with --shape, or use --no-check';
    default:
      return 'use --no-check to write without comparing';
  }
}
