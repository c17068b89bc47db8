import type { Engine, Payload, Session } from '../engines/index.js';
import type { ArtefactPort, ImageOptions } from '../formats/format.js';
import { admits, sizeOf, type Tensor } from '../model/index.js';
import { castTensor, inversePermutation, permuteAxes, reverseAxis, takeFirst } from '../trials/axes.js';
import type { Trial } from '../trials/trial.js';
import type { Answered, Outputs } from './source-run.js';

const CHANNELS = 1;

/** What is judged: bytes that an engine runs, and how the source's inputs and outputs appear in them. */
export interface Candidate {
  readonly payload: Omit<Payload, 'optimize'>;
  readonly inputs: readonly ArtefactPort[];
  readonly outputs: readonly ArtefactPort[];
  /** Where it takes pixels: in which order of colours the network was trained, and trials have them. */
  readonly trainedOn?: ImageOptions['order'] | undefined;
}

/** Loads a candidate as it will be deployed, optimisations on. @throws EngineFailure */
export function loadCandidate(engine: Engine, { payload }: Candidate): Promise<Session> {
  return engine.load({ ...payload, optimize: true });
}

/** The trials whose sizes a candidate takes: a format may fix some that the source leaves open. */
export function trialsFor({ inputs }: Candidate, answered: Answered): Answered {
  return answered.filter(({ trial }) =>
    inputs.every(({ sourceName, shape, permutation, asked }) => {
      const given = trial.artefactFeeds.get(sourceName)?.shape;
      const lying = given && (permutation?.map((axis) => given[axis] ?? 1) ?? given);
      if (asked && lying && !admits(asked, lying)) return false;
      return (
        shape?.every((size, axis) => size === undefined || !given || size === given[permutation?.[axis] ?? axis]) ??
        true
      );
    }),
  );
}

/** @returns the answers under the source's names, in the source's axes. @throws EngineFailure */
export async function runCandidate(
  session: Session,
  candidate: Omit<Candidate, 'payload'>,
  trial: Trial,
): Promise<Outputs> {
  const { inputs, outputs } = candidate;
  const feeds = new Map<string, Tensor>();
  for (const port of inputs) {
    const tensor = trial.artefactFeeds.get(port.sourceName);
    if (tensor) feeds.set(port.name, asFed(tensor, port, candidate));
  }
  const results = await session.run(feeds, [
    ...new Set(outputs.flatMap(({ name, rows }) => (rows ? [name, rows.count] : [name]))),
  ]);
  const answers = new Map<string, Tensor>();
  for (const { name, sourceName, permutation, rows, sizes } of outputs) {
    const whole = results.get(name);
    const result = whole && rows ? firstRows(whole, rows.axis, results.get(rows.count)) : whole;
    const turned = result && permutation ? permuteAxes(result, inversePermutation(permutation)) : result;
    if (turned) answers.set(sourceName, sizes && sizeOf(sizes) === turned.size ? turned.reshape(sizes) : turned);
  }
  return answers;
}

function asFed(
  tensor: Tensor,
  { dtype, permutation, colours }: ArtefactPort,
  { trainedOn }: Pick<Candidate, 'trainedOn'>,
): Tensor {
  const isReversed = colours !== undefined && trainedOn !== undefined && colours !== trainedOn;
  const turned = isReversed ? reverseAxis(tensor, CHANNELS) : tensor;
  const cast = dtype ? castTensor(turned, dtype) : turned;
  return permutation ? permuteAxes(cast, permutation) : cast;
}

/** What counts of an output with more rows than that. */
function firstRows(tensor: Tensor, axis: number, count: Tensor | undefined): Tensor {
  const [most = 0] = count?.toFloat64() ?? [];
  return takeFirst(tensor, axis, most);
}
