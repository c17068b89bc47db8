import { LoadedPiece } from '../../../check/pieces/run-piece.js';
import type { Piece } from '../../../formats/format.js';
import type { Tensor } from '../../../model/index.js';
import { permuteAxes } from '../../../trials/axes.js';
import type { Bisected } from '../bisect.js';
import { fedAs, type Measured } from '../measure.js';

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
  /** What sizes the reference's values that come in have there, in its own axes. */
  readonly sizes: ReadonlyMap<string, readonly number[]>;
}

/** @returns undefined where the candidate gives no such value, or one of other sizes. @throws EngineFailure */
export async function gather(
  { reference, candidate, samples }: Bisected,
  { pair, fed, stretch, worst }: Measured,
): Promise<Evidence | undefined> {
  const wanted = new Map([pair, ...fed.reference, ...fed.candidate].map((each) => [each.value, each.reference]));
  const truth = await LoadedPiece.load(reference, [], [...wanted.values()]);
  const alone = await LoadedPiece.load(
    candidate,
    fed.candidate.map((each) => fedAs(each, each.candidate)),
    [pair.candidate],
  );
  const trial = await samples.sample(worst);
  const values = await truth.run(trial);
  const actual = (await alone.runIfTaken(trial, values))?.get(pair.value);
  await truth.release();
  await alone.release();
  const expected = values.get(pair.value);
  if (!expected || expected.size !== actual?.size) return undefined;
  const names = new Map(
    [...new Set([...fed.reference, ...fed.candidate].map(({ value }) => value))].map((value, i) => [
      value,
      `given_${i}`,
    ]),
  );
  const piece: Piece = {
    fed: fed.reference.map(({ value, reference: { name, permutation }, dtype }) => ({
      name,
      as: names.get(value) ?? value,
      dtype,
      shape: sizesIn(values.get(value)?.shape ?? [], permutation),
    })),
    outputs: [pair.reference.name],
  };
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
    actual: actual.toFloat64(),
    piece,
    feeds: new Map([...own, ...given]),
    names,
    sizes: new Map(Array.from(values, ([value, { shape }]) => [value, shape])),
  };
}

/** Sizes as they lie where axes are turned. */
export function sizesIn(shape: readonly number[], permutation: readonly number[] | undefined): (number | undefined)[] {
  return permutation ? permutation.map((axis) => shape[axis]) : [...shape];
}

function inAxes(tensor: Tensor, permutation: readonly number[] | undefined): Tensor {
  return permutation ? permuteAxes(tensor, permutation) : tensor;
}
