import type { Engine } from '../engines/index.js';
import type { Precision } from '../formats/format.js';
import { NotEquivalentError } from '../model/index.js';
import { type Candidate, loadCandidate, runCandidate, trialsFor } from './candidate.js';
import { Comparison, type MovedRows } from './comparison.js';
import { figuresOf } from './figures.js';
import type { FiguresReport, JudgementReport, TriedReport } from './report.js';
import { scaledFailures } from './scaled-inputs.js';
import type { Answered, Source, SourceRun } from './source-run.js';
import { Spread } from './spread.js';
import { type Bar, judgeOutput, remarksOn } from './verdict.js';

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
  /**
   * The same judgement with the source's selection fed to both sides, over what the selections read and what lies behind.
   * @throws UnsupportedError where the target cannot be given it
   */
  fed(): Promise<Judgement>;
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
  const answered = trialsFor(judgement, await source.answered);
  if (answered.length === 0) {
    throw new NotEquivalentError({ what: 'the artefact takes none of the sizes that the source was tried at' });
  }
  const session = await loadCandidate(engine, judgement);
  const isSelected = (name: string) => selections?.outputs.has(name) ?? false;
  const comparisons = new Map(
    source.outputs.map((name) => [
      name,
      new Comparison({ rowTolerance: isSelected(name) ? bar.tolerance : undefined }),
    ]),
  );
  for (const { trial, outputs } of answered) {
    const answers = await runCandidate(session, judgement, trial);
    for (const [name, comparison] of comparisons) {
      const [a, b] = [outputs.get(name), answers.get(name)];
      if (!a) throw new Error(`the source was not asked for ${name}`);
      if (!b) throw new NotEquivalentError({ what: 'the artefact lacks an output', where: { value: name } });
      comparison.add(a, b, trial.label);
    }
  }
  const outOfRange = range ? await scaledFailures(engine, session, judgement, range) : undefined;
  for (const remark of session.remarks) notes.add(remark);
  await session.release();
  const reference = await source.reference;
  for (const note of reference.notes) notes.add(note);
  const outputs = [...comparisons].map(([name, compared]): JudgedOutput => {
    const noise = reference.noise.get(name) ?? null;
    const figures = figuresOf(name, compared, noise, reference.spread.get(name) ?? new Spread());
    const facts = {
      resolution: source.resolutions?.get(name) ?? 0,
      range: source.ranges?.get(name),
      suspect: source.suspect,
    };
    // What the source selects otherwise from run to run is no noise that excuses what lies behind.
    const verdict = judgeOutput(isSelected(name) ? { ...figures, noise: null } : figures, compared, bar, facts);
    if (!isSelected(name)) for (const remark of remarksOn(figures, bar.tolerance)) notes.add(remark);
    const failures = [...verdict.failures, ...(outOfRange?.get(name) ?? [])];
    return { ...figures, ...verdict, failures, movedRows: compared.movedRows };
  });
  return {
    purpose,
    precision,
    tolerance: bar.tolerance,
    measure: bar.measure ?? 'error',
    trials: answered.length,
    tried: triedSizes(answered),
    outputs,
  };
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
