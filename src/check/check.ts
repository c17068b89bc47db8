import { type Engine, type EngineInfo, type EngineOptions, startEngine } from '../engines/index.js';
import type { EngineName, Precision } from '../formats/format.js';
import { EngineError, type MobileoneError, NotEquivalentError } from '../model/index.js';
import type { Trials } from '../trials/trial.js';
import { type Candidate, loadCandidate, runCandidate, trialsFor } from './candidate.js';
import { artefactError, translated } from './engine-errors.js';
import { type Judgement, type JudgementResult, judge, type StartedSource } from './judgement.js';
import { judgeBehindSelections } from './moved-selection.js';
import { Pricing } from './pricing.js';
import type { Measure, RoundingReport } from './report.js';
import { RunCount, type Runs } from './run-count.js';
import { runSource, type Source } from './source-run.js';
import { type Bar, toleranceOf } from './verdict.js';

/** One artefact, and all that it is judged by. */
export interface ArtefactToJudge {
  readonly target: string;
  readonly engine: EngineName;
  /** Said with the verdict. */
  readonly caveat?: string | undefined;
  readonly judgements: readonly Judgement[];
  /** Whether nodes of it can stay in float32 where it is in float16. */
  readonly canKeepFp32?: boolean | undefined;
  /** The file as it is, where what is judged is another form of it: it must at least load and run. */
  readonly mustRun?: Candidate | undefined;
}

/** What came out of checking one artefact. */
export interface Verdict {
  readonly target: string;
  readonly engine: EngineInfo | undefined;
  readonly judgements: readonly JudgementResult[];
  /** How the file's constants were rounded, where they were. */
  readonly rounding?: RoundingReport | undefined;
  readonly notes: readonly string[];
  /** Set where the artefact does not pass (5), or nothing could be compared (8). */
  readonly error: MobileoneError | undefined;
}

/** How engines are started, and how strictly is judged. */
export interface CheckOptions extends EngineOptions {
  /** Engines that artefacts will need. */
  readonly engines: readonly EngineName[];
  /** Largest error that the artefact as written may have, in place of that of its precision. */
  readonly tolerance?: number | undefined;
}

/**
 * Runs sources and judges artefacts by them. Make it before reading the file, so that the source's engine loads meanwhile;
 * give it a source as soon as its bytes are validated, so that it runs while targets are written. Close it in every case.
 */
export class Check {
  readonly #options: CheckOptions;
  readonly #runs = new RunCount();
  /** Runs sources without optimisations. */
  readonly #plain: Engine;
  /** Everything else, by the engine's name. */
  readonly #engines = new Map<EngineName, Engine>();
  /** Sources on other draws, by those. */
  readonly #others = new Map<Trials, StartedSource>();
  #isClosed = false;

  constructor(options: CheckOptions) {
    this.#options = { ...options, onRun: this.#runs.ran };
    this.#plain = startEngine('onnxruntime', this.#options);
  }

  /** Starts to run a source. Its failure shows when something is judged by it. */
  source(source: Source): StartedSource {
    return { ...source, ...runSource(source, this.#plain, this.#startOthers(), this.#runs) };
  }

  /**
   * Starts the engines that are not needed yet, once this process waits for something. While it reads and fuses, they
   * would only take the processors from it, and from the run of the source that all wait for in the end.
   */
  async #startOthers(): Promise<Engine> {
    await new Promise(setImmediate);
    for (const name of this.#options.engines) this.#engine(name);
    return this.#engine('onnxruntime');
  }

  /**
   * Judges one artefact; every way in which that can end is in the verdict.
   * @param onRun hears how many runs are done, of the source's and its own, where they take a while
   */
  judge(artefact: ArtefactToJudge, onRun?: (runs: Runs) => void): Promise<Verdict> {
    this.#runs.plan(runsFor(artefact));
    return this.#runs.during(() => this.#judgeAll(artefact), onRun);
  }

  async #judgeAll(artefact: ArtefactToJudge): Promise<Verdict> {
    const { target } = artefact;
    const engine = this.#engine(artefact.engine);
    const judgements: JudgementResult[] = [];
    const notes = new Set<string>(artefact.caveat ? [artefact.caveat] : []);
    let info: EngineInfo | undefined;
    let error: MobileoneError | undefined;
    try {
      info = await engine.info();
      for (const judgement of artefact.judgements) {
        judgements.push(await this.#judge(engine, judgement, notes));
      }
      if (artefact.mustRun && artefact.judgements[0]) await runOnce(engine, artefact.mustRun, artefact.judgements[0]);
      error = firstFailure(artefact, judgements);
    } catch (thrown) {
      const cause = translated(thrown, (failure) => artefactError(failure, target));
      if (!(cause instanceof NotEquivalentError || cause instanceof EngineError)) throw cause;
      error = cause;
    }
    return { target, engine: info, judgements, notes: [...notes], error };
  }

  /** Where the source does not reproduce itself on its trials, other draws decide. */
  async #judge(engine: Engine, judgement: Judgement, notes: Set<string>): Promise<JudgementResult> {
    const { source } = judgement;
    const bar = this.#barFor(judgement);
    const asItIs = await judge(engine, judgement, bar, notes);
    const engines = { artefact: engine, source: this.#plain };
    let result = await judgeBehindSelections(engines, judgement, asItIs, bar, notes);
    for (const trials of source.trials.others) {
      if (!isOpen(result)) break;
      const other = this.#otherDraws(source, trials);
      // The range was tried already.
      const again = await judge(engine, { ...judgement, source: other, range: undefined }, bar, notes);
      notes.add(
        `${undecidedOf(result).join(', ')}: the source does not reproduce itself on the first draws; others decide`,
      );
      result = decidedBy(result, again);
    }
    return result;
  }

  /** The source on other draws: it runs once for all who are judged by it. */
  #otherDraws(source: StartedSource, trials: Trials): StartedSource {
    const known = this.#others.get(trials);
    if (known) return known;
    const started = this.source({ ...source, trials, isScaled: false });
    this.#others.set(trials, started);
    return started;
  }

  /** The largest number in each output of a candidate, over the trials that the source answered. @throws EngineFailure */
  async largest(candidate: Candidate, source: StartedSource): Promise<ReadonlyMap<string, number>> {
    const session = await loadCandidate(this.#plain, candidate);
    const found = new Map<string, number>();
    for (const { trial } of await source.answered) {
      for (const [name, tensor] of await runCandidate(session, candidate, trial)) {
        for (const value of tensor.toFloat64()) found.set(name, Math.max(value, found.get(name) ?? value));
      }
    }
    await session.release();
    return found;
  }

  /**
   * Loads a candidate that is priced again and again, with inputs of its own beside the source's.
   * @throws EngineFailure
   */
  async pricing(candidate: Candidate, source: StartedSource, outputs: readonly string[]): Promise<Pricing> {
    const session = await loadCandidate(this.#engine('onnxruntime'), candidate);
    return new Pricing(session, candidate, source, outputs);
  }

  close(): void {
    this.#isClosed = true;
    this.#plain.close();
    for (const engine of this.#engines.values()) engine.close();
  }

  #engine(name: EngineName): Engine {
    const known = this.#engines.get(name);
    if (known) return known;
    if (this.#isClosed) throw new EngineError({ what: 'the check was closed' });
    const engine = startEngine(name, this.#options);
    this.#engines.set(name, engine);
    return engine;
  }

  /** Rounding is priced by the L2 norm; a tolerance of the user is one of the largest difference. */
  #barFor({ purpose, precision, source }: Judgement): Bar {
    const own = purpose === 'artefact' ? this.#options.tolerance : undefined;
    return {
      measure: own === undefined ? measureOf(precision) : 'error',
      tolerance: own ?? toleranceOf(precision),
      isStrict: own !== undefined,
      judgesClasses: source.trials.isUserGiven,
    };
  }
}

function measureOf(precision: Precision): Measure {
  if (precision === 'fp32') return 'error';
  return precision === 'pal6' || precision === 'pal4' ? 'none' : 'l2';
}

/** Those that are sure: what is lost on scaled inputs may ask for more. */
function runsFor({ judgements, mustRun }: ArtefactToJudge): number {
  const runs = judgements.map(({ source, range }) => source.drawn.plain + (range?.source.drawn.scaled ?? 0));
  return runs.reduce((sum, each) => sum + each, mustRun ? 1 : 0);
}

async function runOnce(engine: Engine, candidate: Candidate, { source }: Judgement): Promise<void> {
  const session = await loadCandidate(engine, candidate);
  const [first] = trialsFor(candidate, await source.answered);
  if (first) await runCandidate(session, candidate, first.trial);
  await session.release();
}

function undecidedOf({ outputs }: JudgementResult): string[] {
  return outputs.flatMap(({ output, isUndecided }) => (isUndecided ? [output] : []));
}

/** Whether nothing fails, and something is undecided. */
function isOpen(result: JudgementResult): boolean {
  return result.outputs.every(({ failures }) => failures.length === 0) && undecidedOf(result).length > 0;
}

/** What was undecided, as other draws have it. */
function decidedBy(result: JudgementResult, again: JudgementResult): JudgementResult {
  const outputs = result.outputs.map((output) =>
    output.isUndecided ? (again.outputs.find((other) => other.output === output.output) ?? output) : output,
  );
  return { ...result, outputs };
}

/** What can be done where rounding costs too much. */
function adviceFor(precision: string, canKeepFp32: boolean, isOnGivenInputs: boolean): string {
  if (precision !== 'fp16' && precision !== 'int8') return '';
  return [
    `take --precision ${precision === 'fp16' ? 'fp32' : 'fp16'}`,
    ...(precision === 'fp16' && canKeepFp32 ? [', keep nodes in float32 with --keep-fp32'] : []),
    ...(isOnGivenInputs ? [] : [', or judge it on your own data with --inputs']),
    '; ',
  ].join('');
}

/** One error for all that fails: the line names the first, the verdict holds the rest. */
function firstFailure(
  { target, canKeepFp32 = false, judgements: asked }: ArtefactToJudge,
  judgements: readonly JudgementResult[],
): MobileoneError | undefined {
  const isOnGivenInputs = asked.some(({ source }) => source.trials.isUserGiven);
  for (const { purpose, precision, outputs } of judgements) {
    const failed = outputs.find(({ failures }) => failures.length > 0);
    if (!failed) continue;
    const what = purpose === 'lowering' ? `the ${target} candidate, with float32 constants,` : `the ${target} artefact`;
    return new NotEquivalentError({
      what: `${what} does not answer like the source: ${failed.failures[0]}`,
      where: { value: failed.output },
      todo: `${purpose === 'artefact' ? adviceFor(precision, canKeepFp32, isOnGivenInputs) : ''}--keep leaves it in place for a closer look`,
    });
  }
  const undecided = judgements.flatMap(({ outputs }) => outputs).find(({ isUndecided }) => isUndecided);
  if (!undecided) return undefined;
  return new EngineError({
    what: `the source does not reproduce itself on these inputs: right runs of it differ by ${undecided.noise?.toExponential(1)}, the ${target} artefact by ${undecided.error?.toExponential(1)}`,
    where: { value: undecided.output },
    todo: 'give inputs that it answers steadily with --inputs, or use --no-check',
  });
}
