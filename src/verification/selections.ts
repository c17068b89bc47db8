import type { Outputs } from '../check/source-run.js';
import { type Engine, EngineFailure } from '../engines/index.js';
import type { Opened } from '../formats/format.js';
import { type Shape, Tensor } from '../model/index.js';
import type { Trial } from '../trials/index.js';
import { artefactNetwork } from './bisect/network.js';
import { type Fed, LoadedPiece } from './bisect/run-piece.js';
import type { OpenCandidate } from './candidate.js';
import type { Reference } from './reference.js';

/** What lies behind the selections of a candidate, to be given those of the reference. */
export interface Behind {
  /** @throws EngineFailure */
  run(trial: Trial, given: Outputs): Promise<Outputs>;
  release(): Promise<void>;
}

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
): Promise<Behind | undefined> {
  if (selections.length === 0) return undefined;
  const values = new Map(
    [...opened.values, ...opened.outputs, ...runs.outputs].map((value) => [value.sourceName, value]),
  );
  const fed = selections.map(({ name, dtype, rank }): Fed | undefined => {
    const value = values.get(name);
    return value && { ...value, dtype, rank };
  });
  const wanted = outputs.flatMap(({ name, role }) => (role === 'behind' || role === 'read' ? [values.get(name)] : []));
  if (![...fed, ...wanted].every((value) => value !== undefined)) return undefined;
  const network = artefactNetwork(target, opened, runs, { engine, rounded: isRounded });
  try {
    const counted = runs.outputs.flatMap(({ rows }) => (rows ? (values.get(rows.count) ?? []) : []));
    const piece = await LoadedPiece.load(network, fed.filter(isThere), [
      ...new Set([...wanted.filter(isThere), ...counted]),
    ]);
    const sizes = new Map(fed.filter(isThere).map(({ name, sourceName }) => [sourceName, sizesIn(opened, name)]));
    return {
      run: (trial, given) =>
        piece.run(trial, new Map(Array.from(given, ([name, tensor]) => [name, fitted(tensor, sizes.get(name))]))),
      release: () => piece.release(),
    };
  } catch (error) {
    // The engine cannot be given it; then what lies behind is judged as it is.
    if (error instanceof EngineFailure && error.kind === 'refused') return undefined;
    throw error;
  }
}

/** The sizes of a value in an artefact that has them fixed. */
function sizesIn({ graph }: Opened, name: string): Shape | undefined {
  return graph
    ?.sorted()
    .flatMap(({ outputs }) => outputs)
    .find((value) => value?.name === name)?.shape;
}

/** A selection of as many rows as an artefact has; one of -1 stands for no box. */
function fitted(tensor: Tensor, sizes: Shape | undefined): Tensor {
  const { dtype, shape } = tensor;
  const [rows = 0] = shape;
  const [most = rows] = sizes ?? [];
  if (typeof most !== 'number' || most <= rows || shape.length !== 2) return tensor;
  const elements = [...tensor.toFloat64(), ...new Array<number>((most - rows) * (shape[1] ?? 0)).fill(-1)];
  return Tensor.from(dtype, [most, ...shape.slice(1)], elements);
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
