import { type Engine, EngineFailure, type Payload, type Session } from '../engines/index.js';
import type { Tensor } from '../model/index.js';
import { Comparison } from './comparison.js';
import { sourceError, translated } from './engine-errors.js';
import { noiseOf } from './figures.js';
import { nudge } from './nudge.js';
import { Spread } from './spread.js';
import type { Trial, Trials } from './trial.js';

/** A source as its engine takes it: the validated bytes, or an edit of their decoded protobuf; never our own writing. */
export interface Source {
  readonly model: Payload['model'];
  /** The file that holds these very bytes, if there is one. */
  readonly file?: Payload['file'];
  /** External data by location. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Values to compare: its outputs, and those that stand in for outputs which follow from a selection. */
  readonly outputs: readonly string[];
  readonly trials: Trials;
  /** Names what makes it answer NaN, where something is known. */
  readonly suspect?: (() => string | undefined) | undefined;
}

export type Outputs = ReadonlyMap<string, Tensor>;

/** The trials that a source ran, with its answers. */
export type Answered = readonly { readonly trial: Trial; readonly outputs: Outputs }[];

/** What a source answered, and what its answers are worth. */
export interface Reference {
  readonly answered: Answered;
  readonly noise: ReadonlyMap<string, number | null>;
  readonly spread: ReadonlyMap<string, Spread>;
  readonly notes: readonly string[];
}

/** A source that is being run. Both reject with an EngineError where it does not run. */
export interface SourceRun {
  /** Comes first: artefacts can run meanwhile. */
  readonly answered: Promise<Answered>;
  readonly reference: Promise<Reference>;
}

type Answer = { readonly trial: Trial; readonly outputs: Outputs | undefined };

/**
 * Runs a source three times over: without its engine's optimisations, which is what artefacts are judged by; and, for
 * the noise between right answers, with them, and on inputs moved by a unit in the last place. Only the first answers
 * are kept, since a user's inputs may be many and outputs large.
 * @param plain engine for the runs without optimisations
 * @param optimizing engine for the other; in a process of its own it works at the same time
 */
export function runSource(source: Source, plain: Engine, optimizing: Promise<Engine>): SourceRun {
  const notes = new Set<string>();
  const loading = plain.load({ ...payloadOf(source), optimize: false });
  // The engine takes them one after the other.
  const answers = source.trials.trials.map(async (trial) => answer(await loading, source.outputs, trial, notes));
  const answered = Promise.all(answers).then((all) =>
    all.flatMap(({ trial, outputs }) => (outputs ? [{ trial, outputs }] : [])),
  );
  const optimized = compareOptimized(source, optimizing, answers);
  const reference = measure(source, loading, answered, optimized, notes);
  const failing = (error: unknown): never => {
    throw translated(error, sourceError);
  };
  const run = { answered: answered.catch(failing), reference: reference.catch(failing) };
  // Whoever needs one hears of its failure.
  for (const promise of [optimized, run.answered, run.reference]) promise.catch(() => {});
  return run;
}

async function measure(
  { outputs: names }: Source,
  loading: Promise<Session>,
  answering: Promise<Answered>,
  optimized: ReturnType<typeof compareOptimized>,
  notes: Set<string>,
): Promise<Reference> {
  const answered = await answering;
  const session = await loading;
  const nudged = new SelfComparison(names);
  for (const [i, { trial, outputs }] of answered.entries()) {
    nudged.add(trial, outputs, await session.run(nudge(trial.feeds, i + 1), names));
  }
  await session.release();
  const { comparison, note } = await optimized;
  if (note) notes.add(note);
  return {
    answered,
    noise: new Map(names.map((name) => [name, noiseOf([...nudged.of(name), ...comparison.of(name)])])),
    spread: new Map(names.map((name) => [name, spreadOf(name, answered)])),
    notes: [...notes],
  };
}

function payloadOf({ model, file, files }: Source): Omit<Payload, 'optimize'> {
  return { model, file, ...(files ? { files } : {}) };
}

/** @returns no outputs where the source refuses a later setting of its open sizes */
async function answer(session: Session, names: readonly string[], trial: Trial, notes: Set<string>): Promise<Answer> {
  try {
    return { trial, outputs: await session.run(trial.feeds, names) };
  } catch (error) {
    const isOptional = trial.setting > 0 && error instanceof EngineFailure && error.kind === 'refused';
    if (!isOptional) throw error;
    notes.add(`compared at one setting of the open sizes only: the source itself refuses the other (${error.message})`);
    return { trial, outputs: undefined };
  }
}

/** The source against itself under its engine's optimisations; or a note why not: this only measures noise. */
async function compareOptimized(
  source: Source,
  starting: Promise<Engine>,
  answers: readonly Promise<Answer>[],
): Promise<{ comparison: SelfComparison; note?: string }> {
  const comparison = new SelfComparison(source.outputs);
  try {
    const engine = await starting;
    const session = await engine.load({ ...payloadOf(source), optimize: true });
    for (const answer of answers) {
      const { trial, outputs } = await answer;
      if (outputs) comparison.add(trial, outputs, await session.run(trial.feeds, source.outputs));
    }
    await session.release();
    return { comparison };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    const note = `noise is measured without the engine's optimisations: with them ${error.message}`;
    return { comparison: new SelfComparison([]), note };
  }
}

/** Two runs of one source, output by output. */
class SelfComparison {
  readonly #byOutput: ReadonlyMap<string, Comparison>;

  constructor(names: readonly string[]) {
    this.#byOutput = new Map(names.map((name) => [name, new Comparison()]));
  }

  add(trial: Trial, one: Outputs, other: Outputs): void {
    for (const [name, comparison] of this.#byOutput) {
      const [a, b] = [one.get(name), other.get(name)];
      if (a && b) comparison.add(a, b, trial.label);
    }
  }

  of(name: string): Comparison[] {
    const comparison = this.#byOutput.get(name);
    return comparison ? [comparison] : [];
  }
}

function spreadOf(name: string, answered: Answered): Spread {
  const spread = new Spread();
  for (const { trial, outputs } of answered) {
    const output = outputs.get(name);
    if (output) spread.add(trial.setting, output);
  }
  return spread;
}
