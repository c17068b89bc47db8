import type { Engine } from '../engines/index.js';
import type { Precision } from '../formats/format.js';
import { NotEquivalentError } from '../model/index.js';
import type { Behind } from './behind.js';
import { type Candidate, loadCandidate, runCandidate, trialsFor } from './candidate.js';
import { Comparison, type MovedRows } from './comparison.js';
import { isJumping, judgeCompared, type Role } from './judged-output.js';
import type { FiguresReport, JudgementReport, TriedReport } from './report.js';
import { scaledFailures } from './scaled-inputs.js';
import type { Answer, Answered, Outputs, Source, SourceRun } from './source-run.js';
import { Spread } from './spread.js';
import type { Bar } from './verdict.js';

/** A source that is being run. */
export type StartedSource = Source & SourceRun;

/**
 * What a judgement proves. `lowering`: the same candidate with float32 constants answers like the source, so it was
 * translated right. `artefact`: the file as written does.
 */
export type Purpose = 'lowering' | 'artefact';

/** One comparison that an artefact has to pass. */
export interface Judgement extends Candidate {
  readonly purpose: Purpose;
  readonly precision: Precision;
  /** By what it is judged; see `Check.source`. */
  readonly source: StartedSource;
  /** How outputs that follow from a selection are judged where they differ. */
  readonly selections?: BehindSelections | undefined;
  /** How the range of its numbers is tried. */
  readonly range?: Range | undefined;
}

/** Outputs that near ties may turn into others, by rounding alone. */
export interface BehindSelections {
  /** Outputs that follow from a selection among computed numbers. */
  readonly outputs: ReadonlySet<string>;
  /** The same artefact among its own numbers; undefined where it does not say which of its values it selects among. */
  amongOwn(): Promise<AmongOwn | undefined>;
}

/** An artefact that gives back what it selects among, beside a source that gives that back too and then selects among the artefact's. */
export interface AmongOwn extends Candidate {
  readonly source: StartedSource;
  /** The source behind what it selects among. @throws EngineFailure */
  behind(engine: Engine): Promise<Pick<Behind, 'compare' | 'release'>>;
}

/** Inputs that are scaled up and down: what an artefact loses there, the source in the same arithmetic must lose, too. */
export interface Range {
  /** The source in float32, with scaled inputs asked for. */
  readonly source: StartedSource;
  /** The source as it is, without any pass, in the arithmetic of the artefact. */
  unfused(): Promise<Candidate>;
}

/** One output over all trials. */
export interface JudgedOutput extends FiguresReport {
  /** Rows of an output that follows from a selection: how many there are, and how many differ; null elsewhere. */
  readonly movedRows: MovedRows | null;
}

/** What a judgement found of an artefact that ran; whether it passes is in `failures` of its outputs. */
export interface JudgementResult extends JudgementReport {
  readonly outputs: readonly JudgedOutput[];
}

/**
 * @param notes what a reader should know is added here
 * @throws NotEquivalentError where the artefact takes none of the sizes that were tried
 * @throws EngineError where the engine or the source does not run
 */
export async function judge(
  engine: Engine,
  judgement: Judgement,
  bar: Bar,
  notes: Set<string>,
): Promise<JudgementResult> {
  const { purpose, precision, source, selections, range } = judgement;
  const roleOf = (name: string): Role => (selections?.outputs.has(name) ? 'behind' : 'output');
  const comparisons = new Map(
    source.outputs.map((name) => {
      const rowTolerance = isJumping(roleOf(name)) ? bar.tolerance : undefined;
      return [name, new Comparison({ rowTolerance })] as const;
    }),
  );
  const answered = await answersTo(judgement);
  const session = await loadCandidate(engine, judgement);
  for (const answer of answered) addTo(comparisons, answer, await runCandidate(session, judgement, answer.trial));
  const outOfRange = range ? await scaledFailures(engine, session, judgement, range) : undefined;
  for (const remark of session.remarks) notes.add(remark);
  await session.release();
  for (const note of (await source.reference).notes) notes.add(note);
  const outputs = await judgeEach(comparisons, source, roleOf, bar, notes);
  return {
    purpose,
    precision,
    tolerance: bar.tolerance,
    measure: bar.measure ?? 'error',
    trials: answered.length,
    tried: triedSizes(answered),
    outputs: outputs.map((output) => {
      const failures = [...output.failures, ...(outOfRange?.get(output.output) ?? [])];
      return { ...output, failures };
    }),
  };
}

/** What the source answered at sizes that a candidate takes. @throws NotEquivalentError where there are none */
export async function answersTo(candidate: Candidate & { readonly source: StartedSource }): Promise<Answered> {
  const answered = trialsFor(candidate, await candidate.source.answered);
  if (answered.length > 0) return answered;
  throw new NotEquivalentError({ what: 'the artefact takes none of the sizes that the source was tried at' });
}

function addTo(comparisons: ReadonlyMap<string, Comparison>, { trial, outputs }: Answer, answers: Outputs): void {
  for (const [name, comparison] of comparisons) {
    const [a, b] = [outputs.get(name), answers.get(name)];
    if (!a) throw new Error(`the source was not asked for ${name}`);
    if (!b) throw new NotEquivalentError({ what: 'the artefact lacks an output', where: { value: name } });
    comparison.add(a, b, trial.label);
  }
}

/**
 * @param comparisons over all trials, by name of the source's value
 * @param notes what a reader should know is added here
 */
export async function judgeEach(
  comparisons: ReadonlyMap<string, Comparison>,
  { reference: measured, resolutions, ranges, suspect }: StartedSource,
  roleOf: (name: string) => Role,
  bar: Bar,
  notes: Set<string>,
): Promise<JudgedOutput[]> {
  const reference = await measured;
  return Array.from(comparisons, ([name, compared]): JudgedOutput => {
    const noise = reference.noise.get(name) ?? null;
    const spread = reference.spread.get(name) ?? new Spread();
    const facts = { resolution: resolutions?.get(name) ?? 0, range: ranges?.get(name), suspect };
    const judged = judgeCompared({ name, role: roleOf(name), compared, noise, spread, facts }, bar, notes);
    return { ...judged, noise, movedRows: compared.movedRows };
  });
}

function triedSizes(answered: Answered): TriedReport[] {
  const bySizes = new Map<string, { trials: number; inputs: TriedReport['inputs'] }>();
  for (const { trial } of answered) {
    const inputs = Array.from(trial.feeds, ([name, { shape }]) => ({ name, shape }));
    const key = inputs.map(({ shape }) => shape.join()).join(';');
    const known = bySizes.get(key);
    if (known) known.trials++;
    else bySizes.set(key, { trials: 1, inputs });
  }
  return [...bySizes.values()];
}
