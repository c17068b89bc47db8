import type { Engine, Session } from '../engines/index.js';
import { median } from '../median.js';
import { isFloat, Tensor } from '../model/index.js';
import { type Candidate, loadCandidate, runCandidate, trialsFor } from './candidate.js';
import { Comparison } from './comparison.js';
import type { Judgement, Range } from './judgement.js';
import type { Answered, Outputs } from './source-run.js';

/** Relative L2 that passes whatever the source itself loses in this arithmetic. */
const ALWAYS_PASSES = 2e-2;
/**
 * So many times what the unfused source loses passes. The rounding of a merged weight is the same for every pixel and does
 * not average out behind a mean, as that of separate branches does, so that as much as the source is too little. What leaves
 * the range is infinite, or lost as a whole.
 */
const ALLOWED_FACTOR = 2;

/** From here on an answer is lost as a whole, which is no matter of chance. */
const LOST = 0.5;

/** The same inputs, answered by the source, by an artefact, and by the unfused source in the artefact's arithmetic. */
interface ScaledRuns {
  readonly answered: Answered;
  readonly answers: readonly Outputs[];
  readonly excuses: readonly Outputs[];
}

/**
 * What is wrong with an artefact on scaled inputs, by output: NaN or infinity where the unfused source in the same
 * arithmetic has a number, or a relative L2 far above that source's. Right networks lose digits there, too, so the
 * unfused source decides; it runs only where something needs to be excused. Where much is lost, how much is chance: of two
 * files that are equally right, one loses three times as much on one input and a third on the next. So what is not lost as
 * a whole is judged by the middle one of many inputs.
 * @throws EngineFailure
 */
export async function scaledFailures(
  engine: Engine,
  session: Session,
  judgement: Judgement,
  range: Range,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const failures = new Map<string, string[]>();
  const rangeOf = (name: string) => range.source.ranges?.get(name);
  let unfused: Promise<readonly [Session, Candidate]> | undefined;
  const compare = async (answered: Answered, answers: readonly Outputs[]): Promise<ScaledRuns> => {
    unfused ??= load(engine, range);
    return { answered, answers, excuses: await runAll(...(await unfused), answered) };
  };
  for (const [exponent, all] of await range.source.scaled) {
    const answered = trialsFor(judgement, all);
    const answers = await runAll(session, judgement, answered);
    const suspects = judgedNames(judgement).filter((name) => !isFine(name, answered, answers, rangeOf(name)));
    if (suspects.length === 0) continue;
    const runs = await compare(answered, answers);
    const fail = (name: string, failure: string) =>
      failures.set(name, [...(failures.get(name) ?? []), `on inputs times 2^${exponent} ${failure}`]);
    const dear: string[] = [];
    for (const name of suspects) {
      const losses = lossesOf(name, runs, rangeOf(name));
      const isLost = losses !== undefined && losses.own >= LOST;
      const beyond = beyondRange(name, runs) ?? (isLost ? tooDear(losses) : undefined);
      if (beyond) fail(name, beyond);
      else if (losses && tooDear(losses)) dear.push(name);
    }
    if (dear.length === 0) continue;
    const more = trialsFor(judgement, await range.source.moreScaled(exponent));
    const moreRuns = await compare(more, await runAll(session, judgement, more));
    for (const name of dear) {
      const failure = tooDear(medianLosses(name, [runs, moreRuns], rangeOf(name)));
      if (failure) fail(name, failure);
    }
  }
  await (await unfused)?.[0].release();
  return failures;
}

async function load(engine: Engine, range: Range): Promise<readonly [Session, Candidate]> {
  const candidate = await range.unfused();
  return [await loadCandidate(engine, candidate), candidate];
}

function runAll(session: Session, candidate: Candidate, answered: Answered): Promise<Outputs[]> {
  return Promise.all(answered.map(({ trial }) => runCandidate(session, candidate, trial)));
}

/** What follows from a selection may be another there, and is left out. */
function judgedNames({ source, selections }: Judgement): string[] {
  return source.outputs.filter((name) => !selections?.outputs.has(name));
}

function isFine(name: string, answered: Answered, answers: readonly Outputs[], range: number | undefined): boolean {
  const isNumber = answers.every((outputs) => nonFinite(outputs.get(name)).length === 0);
  return isNumber && (lossOf(name, answered, answers, range) ?? 0) <= ALWAYS_PASSES;
}

function beyondRange(name: string, { answers, excuses }: ScaledRuns): string | undefined {
  for (const [i, outputs] of answers.entries()) {
    const [own, excuse] = [outputs.get(name), excuses[i]?.get(name)?.toFloat64()];
    const at = nonFinite(own).find((index) => Number.isFinite(excuse?.[index]));
    if (at !== undefined) {
      return `it is ${own?.toFloat64()[at]} where the unfused source in this precision is ${excuse?.[at]}`;
    }
  }
  return undefined;
}

/** Relative L2 of an artefact, and of the unfused source in its arithmetic. */
interface Losses {
  readonly own: number;
  readonly excuse: number;
}

/**
 * Over the places where the unfused source has numbers: where it has none, nothing can be asked of digits.
 * @returns undefined where there is no such place
 */
function lossesOf(
  name: string,
  { answered, answers, excuses }: ScaledRuns,
  range: number | undefined,
): Losses | undefined {
  const excused = answered.map((answer, i) => onlyWhereFinite(name, answer, excuses[i]?.get(name)));
  const [own, excuse] = [lossOf(name, excused, answers, range), lossOf(name, excused, excuses, range)];
  return excuse === null ? undefined : { own: own ?? 0, excuse };
}

/** The source's answer with NaN wherever another has no number. */
function onlyWhereFinite(name: string, answer: Answered[number], other: Tensor | undefined): Answered[number] {
  const [own, lacking] = [answer.outputs.get(name), nonFinite(other)];
  if (!own || lacking.length === 0) return answer;
  const left = Float64Array.from(own.toFloat64());
  for (const index of lacking) left[index] = Number.NaN;
  return { ...answer, outputs: new Map([...answer.outputs, [name, Tensor.from('float64', own.shape, left)]]) };
}

/** Each of the middle one of the inputs that say something. */
function medianLosses(name: string, runs: readonly ScaledRuns[], range: number | undefined): Losses {
  const losses = runs.flatMap(({ answered, answers, excuses }) =>
    answered.flatMap((answer, i) => {
      const one = { answered: [answer], answers: answers.slice(i, i + 1), excuses: excuses.slice(i, i + 1) };
      return lossesOf(name, one, range) ?? [];
    }),
  );
  return { own: median(losses.map(({ own }) => own)), excuse: median(losses.map(({ excuse }) => excuse)) };
}

function tooDear({ own, excuse }: Losses): string | undefined {
  if (own <= Math.max(ALWAYS_PASSES, ALLOWED_FACTOR * excuse)) return undefined;
  return `its l2 is ${own.toExponential(1)}, that of the unfused source in this precision ${excuse.toExponential(1)}`;
}

function nonFinite(tensor: Tensor | undefined): number[] {
  if (!tensor || !isFloat(tensor.dtype)) return [];
  const found: number[] = [];
  tensor.toFloat64().forEach((value, index) => {
    if (!Number.isFinite(value)) found.push(index);
  });
  return found;
}

/** Relative L2 against the source, as rounding is priced, over what is finite on both sides; null where nothing is. */
function lossOf(
  name: string,
  answered: Answered,
  answers: readonly Outputs[],
  range: number | undefined,
): number | null {
  const comparison = new Comparison();
  answered.forEach(({ trial, outputs }, i) => {
    const [a, b] = [outputs.get(name), answers[i]?.get(name)];
    if (a && b) comparison.add(a, b, trial.label);
  });
  return comparison.hasFinite ? comparison.pricedL2(range) : null;
}
