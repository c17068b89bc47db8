import { type Engine, type EngineInfo, type EngineOptions, startEngine } from '../engines/index.js';
import type { EngineName, Precision, TargetName } from '../formats/format.js';
import { EngineError, type MobileoneError, NotEquivalentError } from '../model/index.js';
import { loadProgram, type Program, runProgram, trialsFor } from './artefact-run.js';
import { Comparison } from './comparison.js';
import { artefactError, translated } from './engine-errors.js';
import { figuresOf, type OutputFigures } from './figures.js';
import { runSource, type Source, type SourceRun } from './source-run.js';
import { Spread } from './spread.js';
import { type Bar, failuresOf, limitOf, remarksOn, toleranceOf } from './verdict.js';

/**
 * What a judgement proves. `lowering`: the same program with float32 constants answers like the source, so it was
 * translated right. `artefact`: the file as written does.
 */
export type Purpose = 'lowering' | 'artefact';

/** One comparison that an artefact has to pass. */
export interface Judgement extends Program {
  readonly purpose: Purpose;
  readonly precision: Precision;
  /** By what it is judged; see `Check.source`. */
  readonly source: StartedSource;
  /** Outputs that follow from a selection: their difference is printed here, not judged. */
  readonly unjudged?: ReadonlySet<string> | undefined;
}

export interface ArtefactToJudge {
  readonly target: TargetName;
  readonly engine: EngineName;
  readonly judgements: readonly Judgement[];
  /** The file as it is, where what is judged is another form of it: it must at least load and run. */
  readonly mustRun?: Program | undefined;
}

export interface JudgedOutput extends OutputFigures {
  /** The largest `error` that passes here. */
  readonly limit: number;
  /** Why it does not pass, a clause each. */
  readonly failures: readonly string[];
}

export interface JudgementResult {
  readonly purpose: Purpose;
  readonly precision: Precision;
  readonly tolerance: number;
  readonly trials: number;
  readonly outputs: readonly JudgedOutput[];
}

/** Said with every package: nobody should take these figures for those of the Neural Engine. */
const NOT_ON_A_DEVICE =
  'what the package says was read back and run in ONNX Runtime; Core ML itself did not run, and a device may round otherwise';

/** What came out of checking one artefact. */
export interface Verdict {
  readonly target: TargetName;
  readonly engine: EngineInfo | undefined;
  readonly judgements: readonly JudgementResult[];
  readonly notes: readonly string[];
  /** Set where the artefact does not pass (5), or nothing could be compared (8). */
  readonly error: MobileoneError | undefined;
}

export interface CheckOptions extends EngineOptions {
  /** Engines that artefacts will need. */
  readonly engines: readonly EngineName[];
  /** Largest error that the artefact as written may have, in place of that of its precision. */
  readonly tolerance?: number | undefined;
}

/** A source that is being run. */
export type StartedSource = Source & SourceRun;

/**
 * Runs sources and judges artefacts by them. Make it before reading the file, so that the source's engine loads meanwhile;
 * give it a source as soon as its bytes are validated, so that it runs while targets are written. Close it in every case.
 */
export class Check {
  readonly #options: CheckOptions;
  /** Runs sources without optimisations. */
  readonly #plain: Engine;
  /** Everything else, by the engine's name; artefacts of Core ML are judged by what they say in ONNX. */
  readonly #engines = new Map<EngineName, Engine>();

  #isClosed = false;

  constructor(options: CheckOptions) {
    this.#options = options;
    this.#plain = startEngine('onnxruntime', options);
  }

  /** Starts to run a source. Its failure shows when something is judged by it. */
  source(source: Source): StartedSource {
    return { ...source, ...runSource(source, this.#plain, this.#startOthers()) };
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

  /** Judges one artefact; every way in which that can end is in the verdict. */
  async judge(artefact: ArtefactToJudge): Promise<Verdict> {
    const { target } = artefact;
    const engine = this.#engine(artefact.engine);
    const judgements: JudgementResult[] = [];
    const notes = new Set<string>(artefact.engine === 'coreml-through-onnx' ? [NOT_ON_A_DEVICE] : []);
    let info: EngineInfo | undefined;
    let error: MobileoneError | undefined;
    try {
      info = await engine.info();
      for (const judgement of artefact.judgements) {
        judgements.push(await judge(engine, judgement, this.#barFor(judgement), notes));
      }
      if (artefact.mustRun && artefact.judgements[0]) await runOnce(engine, artefact.mustRun, artefact.judgements[0]);
      error = firstFailure(target, judgements);
    } catch (thrown) {
      const cause = translated(thrown, (failure) => artefactError(failure, target));
      if (!(cause instanceof NotEquivalentError || cause instanceof EngineError)) throw cause;
      error = cause;
    }
    return { target, engine: info, judgements, notes: [...notes], error };
  }

  /** The largest number in each output of a program, over the trials that the source answered. @throws EngineFailure */
  async largest(program: Program, source: StartedSource): Promise<ReadonlyMap<string, number>> {
    const session = await loadProgram(this.#plain, program);
    const found = new Map<string, number>();
    for (const { trial } of await source.answered) {
      for (const [name, tensor] of await runProgram(session, program, trial)) {
        for (const value of tensor.toFloat64()) found.set(name, Math.max(value, found.get(name) ?? value));
      }
    }
    await session.release();
    return found;
  }

  close(): void {
    this.#isClosed = true;
    this.#plain.close();
    for (const engine of this.#engines.values()) engine.close();
  }

  #engine(name: EngineName): Engine {
    const kind = name === 'tfjs' ? name : 'onnxruntime';
    const known = this.#engines.get(kind);
    if (known) return known;
    if (this.#isClosed) throw new EngineError({ what: 'the check was closed' });
    const engine = startEngine(kind, this.#options);
    this.#engines.set(kind, engine);
    return engine;
  }

  #barFor({ purpose, precision, source }: Judgement): Bar {
    const own = purpose === 'artefact' ? this.#options.tolerance : undefined;
    return {
      tolerance: own ?? toleranceOf(precision),
      isStrict: own !== undefined,
      judgesClasses: source.trials.isUserGiven,
    };
  }
}

async function judge(engine: Engine, judgement: Judgement, bar: Bar, notes: Set<string>): Promise<JudgementResult> {
  const { purpose, precision, source } = judgement;
  const answered = trialsFor(judgement, await source.answered);
  if (answered.length === 0) {
    throw new NotEquivalentError({ what: 'the artefact takes none of the sizes that the source was tried at' });
  }
  const session = await loadProgram(engine, judgement);
  const comparisons = new Map(judgement.outputs.map(({ name }) => [name, new Comparison()]));
  for (const { trial, outputs } of answered) {
    const answers = await runProgram(session, judgement, trial);
    for (const [name, comparison] of comparisons) {
      const [a, b] = [outputs.get(name), answers.get(name)];
      if (!a || !b) throw new Error(`the output ${name} was not asked for`);
      comparison.add(a, b, trial.label);
    }
  }
  await session.release();
  const reference = await source.reference;
  for (const note of reference.notes) notes.add(note);
  const outputs = [...comparisons].map(([name, compared]): JudgedOutput => {
    const noise = reference.noise.get(name) ?? null;
    const figures = figuresOf(name, compared, noise, reference.spread.get(name) ?? new Spread());
    const isJudged = !judgement.unjudged?.has(name);
    if (isJudged) for (const remark of remarksOn(figures, bar.tolerance)) notes.add(remark);
    return {
      ...figures,
      limit: limitOf(bar, noise),
      failures: isJudged ? failuresOf(figures, compared, bar, source.suspect ?? (() => undefined)) : [],
    };
  });
  return { purpose, precision, tolerance: bar.tolerance, trials: answered.length, outputs };
}

async function runOnce(engine: Engine, program: Program, { source }: Judgement): Promise<void> {
  const session = await loadProgram(engine, program);
  const [first] = trialsFor(program, await source.answered);
  if (first) await runProgram(session, program, first.trial);
  await session.release();
}

/** One error for all that fails: the line names the first, the verdict holds the rest. */
function firstFailure(target: TargetName, judgements: readonly JudgementResult[]): NotEquivalentError | undefined {
  for (const { purpose, outputs } of judgements) {
    const failed = outputs.find(({ failures }) => failures.length > 0);
    if (!failed) continue;
    const what = purpose === 'lowering' ? `the ${target} program, with float32 constants,` : `the ${target} artefact`;
    return new NotEquivalentError({
      what: `${what} does not answer like the source: ${failed.failures[0]}`,
      where: { value: failed.output },
      todo: '--keep leaves it in place for a closer look',
    });
  }
  return undefined;
}
