import type { Network } from '../../check/pieces/network.js';
import { LoadedPiece } from '../../check/pieces/run-piece.js';
import { writeWhole } from '../../files/index.js';
import type { ArtefactNode, Held } from '../../formats/format.js';
import { isFloat } from '../../model/index.js';
import { gather } from './causes/evidence.js';
import { causeOf } from './causes/find-cause.js';
import { pairsByName } from './correspond.js';
import { Deviation } from './deviation.js';
import { pairsByValue } from './match-values.js';
import { type Measured, Measurement, type Tried } from './measure.js';
import { nodeData } from './node-data.js';
import type { KnownPair, Pair } from './pair.js';
import type { PartedReport } from './report.js';
import { save } from './save.js';
import { survey } from './survey.js';

/** Two networks that may part, and what is tried on them. */
export interface Bisected {
  readonly reference: Network;
  readonly candidate: Network;
  readonly samples: Tried;
  /** What the candidate is judged as. */
  readonly precision: Held;
  /** Set where the candidate passed: then there is no cause to look for, and nothing to save. */
  readonly isEquivalent?: boolean | undefined;
  /** A folder for the smallest model that still differs. */
  readonly saveTo?: string | undefined;
  /** A file for the error of every value, as Model Explorer takes it. */
  readonly nodeDataTo?: string | undefined;
}

/** Half a unit in the last place of 1; of weights in 256 steps, half a step of their range. */
const UNITS: Readonly<Record<Held, number>> = { fp32: 2 ** -24, fp16: 2 ** -11, int8: 2 ** -9 };

/** So many of the values that stand out most are tried on the candidate as it is deployed. */
const MOST_TRIED = 5;
/** A finding is confirmed where the candidate as it is deployed shows this share of the error. */
const CONFIRMED = 0.1;

/**
 * Finds the value whose own error stands out most over noise, and says what makes it.
 * @returns undefined where the two have no value in common that follows from their inputs
 * @throws EngineFailure
 * @throws OutputError where what was asked for cannot be written
 */
export async function bisect(bisected: Bisected): Promise<PartedReport | undefined> {
  const { saveTo, nodeDataTo, isEquivalent = false } = bisected;
  const pairs = await knownPairs(bisected);
  const measured = await new Measurement(bisected, pairs).all();
  const found = await mostOutstanding(bisected, measured);
  if (!found) return undefined;
  const evidence = isEquivalent ? undefined : await gather(bisected, found);
  const cause = evidence ? await causeOf(bisected, evidence) : null;
  const isSaved = evidence !== undefined && saveTo !== undefined;
  if (isSaved) await save(bisected, found, evidence, saveTo);
  const parted = report(bisected, measured, found, { cause, saved: isSaved ? saveTo : null });
  if (nodeDataTo !== undefined) {
    const names = new Map(pairs.map(({ value, candidate }) => [value, candidate.name]));
    await writeWhole(nodeDataTo, new TextEncoder().encode(nodeData(parted.alongDepth, names)));
  }
  return parted;
}

/** By how much more a value errs by itself than rounding explains. */
export function standsOut({ own, ownNoise }: Measured): number {
  return own / Math.max(ownNoise, UNITS.fp32);
}

/** Pairs of floats, as the reference has them in the first sample. */
async function knownPairs(bisected: Bisected): Promise<KnownPair[]> {
  const { reference, candidate, samples } = bisected;
  const named = pairsByName(reference, candidate);
  const pairs = candidate.isTraced ? named : await pairsByValue(bisected, named, await samples.sample(0));
  const known = new Map<string, Omit<KnownPair, keyof Pair>>();
  const values = pairs.map((pair) => pair.reference);
  await survey(reference, values, await samples.sample(0), ({ name }, { dtype, shape, byteLength }) => {
    if (isFloat(dtype)) known.set(name, { dtype, shape, bytes: byteLength });
  });
  return pairs.flatMap((pair) => {
    const found = known.get(pair.value);
    return found ? [{ ...pair, ...found }] : [];
  });
}

/** The first in rank that the candidate shows as it is deployed, too: further outputs switch fusions off. */
async function mostOutstanding(bisected: Bisected, measured: readonly Measured[]): Promise<Measured | undefined> {
  // The sort is stable: of equal ones the earliest comes first.
  const ranked = [...measured].sort((a, b) => standsOut(b) - standsOut(a) || 0);
  for (const each of ranked.slice(0, MOST_TRIED)) if (await isConfirmed(bisected, each)) return each;
  return ranked[0];
}

/** Whether the candidate, cut off behind the value and otherwise as it is deployed, shows a good part of the error there. */
async function isConfirmed({ reference, candidate, samples }: Bisected, { pair, own }: Measured): Promise<boolean> {
  const truth = await LoadedPiece.load(reference, [], [pair.reference]);
  const deployed = await LoadedPiece.load(candidate, [], [pair.candidate]);
  const deviation = new Deviation();
  for (let index = 0; index < samples.size; index++) {
    const trial = await samples.sample(index);
    const expected = (await truth.run(trial)).get(pair.value);
    if (expected) deviation.add(expected, (await deployed.runIfTaken(trial))?.get(pair.value));
  }
  await truth.release();
  await deployed.release();
  return deviation.error >= CONFIRMED * own;
}

/** What makes a value, but for constants: they are what they are, whoever reads them. */
function makersOf({ stretch }: Measured, { wiring }: Network): readonly ArtefactNode[] {
  const following = stretch.nodes.filter(({ outputs }) =>
    outputs.some((output) => wiring.depthOf(output) !== undefined),
  );
  return following.length > 0 ? following : stretch.nodes;
}

function report(
  { reference, candidate, precision }: Bisected,
  measured: readonly Measured[],
  found: Measured,
  why: Pick<PartedReport, 'cause' | 'saved'>,
): PartedReport {
  const { value } = found.pair;
  const inUnits = (noise: number) => finite(Math.max(noise, UNITS.fp32) * (UNITS[precision] / UNITS.fp32));
  const errors = new Map(measured.map(({ pair, error }) => [pair.value, error]));
  return {
    value,
    nodes: makersOf(found, reference).map(({ name }) => name),
    candidateNode: candidate.wiring.makerOf(found.pair.candidate.name)?.name ?? null,
    own: finite(found.own),
    inherited: finite(Math.max(0, ...found.fed.candidate.map((read) => errors.get(read.value) ?? 0))),
    noise: inUnits(found.ownNoise),
    ...why,
    alongDepth: measured.map(({ pair, error, noise }) => ({
      value: pair.value,
      depth: reference.wiring.depthOf(pair.value) ?? 0,
      error: finite(error),
      noise: inUnits(noise),
    })),
  };
}

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}
