import type { Piece } from '../../../formats/format.js';
import type { Tensor } from '../../../model/index.js';
import { permuteAxes } from '../../../trials/axes.js';
import type { Trial } from '../../../trials/index.js';
import type { Bisected } from '../bisect.js';
import { Deviation } from '../deviation.js';
import { fedAs, type Measured } from '../measure.js';
import { LoadedPiece } from '../run-piece.js';

/** What both networks give for a value where both are fed the reference's values, on the sample that shows it best. */
export interface Evidence {
  readonly shape: readonly number[];
  readonly expected: Float64Array;
  readonly actual: Float64Array;
  /** The piece of the reference that leads to the value. */
  readonly piece: Piece;
  /** What that is fed, by the names of its inputs. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** By the reference's values that come in, what the inputs for them are called. */
  readonly names: ReadonlyMap<string, string>;
}

/** So many samples are looked through. */
const MOST_SAMPLES = 3;

/** @returns undefined where the candidate gives no such value, or one of other sizes. @throws EngineFailure */
export async function gather(
  { reference, candidate, samples }: Bisected,
  { pair, fed, stretch }: Measured,
): Promise<Evidence | undefined> {
  const wanted = new Map([pair, ...fed.reference, ...fed.candidate].map((each) => [each.value, each.reference]));
  const truth = await LoadedPiece.load(reference, [], [...wanted.values()]);
  const alone = await LoadedPiece.load(
    candidate,
    fed.candidate.map((each) => fedAs(each, each.candidate)),
    [pair.candidate],
  );
  let best: { error: number; trial: Trial; values: ReadonlyMap<string, Tensor>; actual: Tensor } | undefined;
  for (let index = 0; index < Math.min(MOST_SAMPLES, samples.size); index++) {
    const trial = await samples.sample(index);
    const values = await truth.run(trial);
    const actual = (await alone.run(trial, values)).get(pair.value);
    const expected = values.get(pair.value);
    if (!actual || !expected) continue;
    const deviation = new Deviation();
    deviation.add(expected, actual);
    if (!best || deviation.error > best.error) best = { error: deviation.error, trial, values, actual };
  }
  await truth.release();
  await alone.release();
  const expected = best?.values.get(pair.value);
  if (!best || !expected || expected.size !== best.actual.size) return undefined;
  const names = new Map(
    [...new Set([...fed.reference, ...fed.candidate].map(({ value }) => value))].map((value, i) => [
      value,
      `given_${i}`,
    ]),
  );
  const piece: Piece = {
    fed: fed.reference.map(({ value, reference: { name, permutation }, dtype, shape }) => ({
      name,
      as: names.get(value) ?? value,
      dtype,
      shape: permutation ? permutation.map((axis) => shape[axis]) : shape,
    })),
    outputs: [pair.reference.name],
  };
  const { trial, values } = best;
  const inputs = reference.inputs.filter(({ name }) => stretch.reads.includes(name));
  const own = inputs.flatMap(({ name, sourceName, permutation }) => {
    const tensor = reference.feeds(trial).get(sourceName);
    return tensor ? [[name, inAxes(tensor, permutation)] as const] : [];
  });
  const given = fed.reference.flatMap(({ value, reference: { permutation } }) => {
    const tensor = values.get(value);
    return tensor ? [[names.get(value) ?? value, inAxes(tensor, permutation)] as const] : [];
  });
  return {
    shape: expected.shape,
    expected: expected.toFloat64(),
    actual: best.actual.toFloat64(),
    piece,
    feeds: new Map([...own, ...given]),
    names,
  };
}

function inAxes(tensor: Tensor, permutation: readonly number[] | undefined): Tensor {
  return permutation ? permuteAxes(tensor, permutation) : tensor;
}
