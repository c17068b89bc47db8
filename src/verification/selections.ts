import type { Engine } from '../engines/index.js';
import { EngineFailure } from '../engines/index.js';
import { artefactNetwork } from './bisect/network.js';
import { type Fed, LoadedPiece } from './bisect/run-piece.js';
import type { OpenCandidate } from './candidate.js';
import type { Reference } from './reference.js';

/**
 * Near ties change places by rounding alone, and what follows is then another, right or wrong. So a candidate is also given
 * what the reference selected: what its selections read and what lies behind them has to agree then.
 * @returns undefined where nothing is selected, or the candidate has not all of the values under names that are known
 * @throws EngineFailure
 */
export async function loadBehind(
  { artefact: { target, opened }, runs, isRounded }: OpenCandidate,
  { selections, outputs }: Reference,
  engine: Engine,
): Promise<LoadedPiece | undefined> {
  if (selections.length === 0) return undefined;
  const values = new Map([...opened.values, ...runs.outputs].map((value) => [value.sourceName, value]));
  const fed = selections.map(({ name, dtype, rank }): Fed | undefined => {
    const value = values.get(name);
    return value && { ...value, dtype, rank };
  });
  const wanted = outputs.flatMap(({ name, role }) => (role === 'behind' || role === 'read' ? [values.get(name)] : []));
  if (![...fed, ...wanted].every((value) => value !== undefined)) return undefined;
  const network = artefactNetwork(target, opened, runs, { engine, rounded: isRounded });
  try {
    return await LoadedPiece.load(network, fed.filter(isThere), wanted.filter(isThere));
  } catch (error) {
    // The engine cannot be given it; then what lies behind is judged as it is.
    if (error instanceof EngineFailure && error.kind === 'refused') return undefined;
    throw error;
  }
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
