import type { Engine, Payload, Session } from '../engines/index.js';
import type { Port } from '../formats/format.js';
import type { Shape, Tensor } from '../model/index.js';
import { castTensor, inversePermutation, permuteAxes, reverseAxis } from '../trials/axes.js';
import type { Trial } from '../trials/trial.js';
import type { Answered, Outputs } from './source-run.js';

/** A program as bytes, and how the source's inputs and outputs appear in it. */
export interface Program {
  readonly payload: Omit<Payload, 'optimize'>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Inputs whose open sizes the target fixed: trials of other sizes are left out. By the source's name and axes. */
  readonly fixedShapes?: ReadonlyMap<string, Shape> | undefined;
}

/** Loads a program as it will be deployed, optimisations on. @throws EngineFailure */
export function loadProgram(engine: Engine, { payload }: Program): Promise<Session> {
  return engine.load({ ...payload, optimize: true });
}

/** The trials that a program can take. */
export function trialsFor({ fixedShapes }: Program, answered: Answered): Answered {
  if (!fixedShapes) return answered;
  return answered.filter(({ trial }) =>
    [...fixedShapes].every(([name, shape]) => {
      const actual = trial.artefactFeeds.get(name)?.shape;
      return actual === undefined || shape.every((size, axis) => typeof size === 'string' || size === actual[axis]);
    }),
  );
}

/** @returns the answers under the source's names, in the source's axes. @throws EngineFailure */
export async function runProgram(session: Session, { inputs, outputs }: Program, trial: Trial): Promise<Outputs> {
  const feeds = new Map<string, Tensor>();
  for (const port of inputs) {
    const tensor = trial.artefactFeeds.get(port.name);
    if (tensor) feeds.set(port.artefactName, toArtefact(tensor, port));
  }
  const results = await session.run(
    feeds,
    outputs.map((port) => port.artefactName),
  );
  const answers = new Map<string, Tensor>();
  for (const { name, artefactName, permutation } of outputs) {
    const result = results.get(artefactName);
    if (result) answers.set(name, permutation ? permuteAxes(result, inversePermutation(permutation)) : result);
  }
  return answers;
}

function toArtefact(tensor: Tensor, { dtype, permutation, reversedAxis }: Port): Tensor {
  const cast = castTensor(reversedAxis === undefined ? tensor : reverseAxis(tensor, reversedAxis), dtype);
  return permutation ? permuteAxes(cast, permutation) : cast;
}
