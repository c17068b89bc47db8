import { type Engine, EngineFailure, type Payload, type Session } from '../engines/index.js';
import { formatShape, isFloat, type Tensor } from '../model/index.js';
import { nudge } from '../trials/nudge.js';
import { scaleTrial, signTrial, type Trial, type Trials } from '../trials/trial.js';
import { refusedSizes, sourceError, translated } from './engine-errors.js';
import type { RunCount } from './run-count.js';
import { SelfComparison } from './self-comparison.js';
import { Spread } from './spread.js';

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
  /** Whether scaled inputs are tried, too: for artefacts whose numbers have a narrower range. */
  readonly isScaled?: boolean;
  /** Differences of outputs up to this are none, by name; 0 where nothing is said. See `resolutions`. */
  readonly resolutions?: ReadonlyMap<string, number> | undefined;
  /** How far apart the bounds of outputs are, by name, of those that have some. See `boundedOutputs`. */
  readonly ranges?: ReadonlyMap<string, number> | undefined;
  /** Names what makes it answer NaN, where something is known. */
  readonly suspect?: (() => string | undefined) | undefined;
}

/** Results by the name of the output. */
export type Outputs = ReadonlyMap<string, Tensor>;

/** A trial that a source ran, with its answer. */
export interface Answer {
  readonly trial: Trial;
  readonly outputs: Outputs;
}
/** Trials of one or more settings, in the order in which they were drawn. */
export type Answered = readonly Answer[];

/** What a source answered, and what its answers are worth. */
export interface Reference {
  readonly answered: Answered;
  readonly noise: ReadonlyMap<string, number | null>;
  readonly spread: ReadonlyMap<string, Spread>;
  readonly notes: readonly string[];
}

/** A source that is being run. All reject with an EngineError where it does not run. */
export interface SourceRun {
  /** How many trials there are, with those at further sizes, and how many on scaled inputs. */
  readonly drawn: { readonly plain: number; readonly scaled: number };
  /** Comes first: artefacts can run meanwhile. */
  readonly answered: Promise<Answered>;
  /** Scaled inputs with their answers, a list for each exponent of two; none where they were not asked for. */
  readonly scaled: Promise<ReadonlyMap<number, Answered>>;
  /** More inputs scaled by one of these exponents, with their answers: drawn and run when they are first asked for. */
  moreScaled(exponent: number): Promise<Answered>;
  readonly reference: Promise<Reference>;
}

/** Inputs are multiplied by these powers of two where the range of numbers is tried. */
const EXPONENTS = [-10, 6];

/** How many more draws there are for each of them. */
const MORE_SCALED = 9;

/**
 * Runs a source without its engine's optimisations, which is what artefacts are judged by; and, for the noise between
 * right answers, on some trials with them, and on the first with its inputs moved by a unit in the last place.
 * @param plain engine for the runs without optimisations
 * @param optimizing engine for the others; in a process of its own it works at the same time
 * @param count is told how many runs that will be
 */
export function runSource(source: Source, plain: Engine, optimizing: Promise<Engine>, count: RunCount): SourceRun {
  const notes = new Set(source.trials.notes);
  const drawn: number[] = [];
  const loading = plain.load({ ...payloadOf(source), optimize: false });
  // The engine takes them one after the other.
  const runs = source.trials.settings.map((_, setting) => startSetting(source, loading, setting, notes, drawn));
  const settings = runs.map((each) => each.answered);
  // All of them, those that are unlike once more with optimisations, and one whose inputs are moved a little.
  const unlikes = drawn.map((trials) => unlike(new Array(trials).fill(0)).length);
  const scaledRuns = source.isScaled ? EXPONENTS.length * (unlikes[0] ?? 0) : 0;
  count.plan(sumOf(drawn) + sumOf(unlikes) + 1 + scaledRuns);
  const answered = Promise.all(settings).then((all) => all.flat());
  const scaled = answerScaled(source, loading, settings);
  const optimized = compareOptimized(source, optimizing, runs);
  const reference = measure(source, loading, { answered, scaled, optimized, notes });
  const failing = (error: unknown): never => {
    throw translated(error, sourceError);
  };
  const more = new Map<number, Promise<Answered>>();
  const run = {
    drawn: { plain: sumOf(drawn), scaled: scaledRuns },
    answered: answered.catch(failing),
    scaled: scaled.catch(failing),
    moreScaled(exponent: number) {
      const known = more.get(exponent) ?? answerMoreScaled(source, plain, settings, exponent).catch(failing);
      more.set(exponent, known);
      return known;
    },
    reference: reference.catch(failing),
  };
  // Whoever needs one hears of its failure.
  const all = [...settings, ...runs.map(({ coming }) => coming), optimized, run.answered, run.scaled, run.reference];
  for (const promise of all) promise.catch(() => {});
  return run;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

async function measure(
  { outputs: names, resolutions }: Source,
  loading: Promise<Session>,
  parts: {
    readonly answered: Promise<Answered>;
    readonly scaled: Promise<unknown>;
    readonly optimized: ReturnType<typeof compareOptimized>;
    readonly notes: Set<string>;
  },
): Promise<Reference> {
  const answered = await parts.answered;
  const session = await loading;
  const nudged = new SelfComparison(names);
  const [first] = answered;
  if (first) {
    nudged.add(first.outputs, await session.run(nudge(first.trial.feeds, 1), names), first.trial.label);
  }
  await parts.scaled;
  await session.release();
  const { comparisons, note } = await parts.optimized;
  if (note) parts.notes.add(note);
  const noiseOf = (name: string) => SelfComparison.noise([nudged, ...comparisons], name, resolutions?.get(name) ?? 0);
  return {
    answered,
    noise: new Map(names.map((name) => [name, noiseOf(name)])),
    spread: new Map(names.map((name) => [name, spreadOf(name, answered)])),
    notes: [...parts.notes],
  };
}

function payloadOf({ model, file, files }: Source): Omit<Payload, 'optimize'> {
  return { model, file, ...(files ? { files } : {}) };
}

/** The trials of one setting while they are answered. */
interface SettingRun {
  /** None where the source refuses every way to settle a later setting of its open sizes. */
  readonly answered: Promise<Answered>;
  /** Each by itself; known with the first answer to a draw, of which the source may still refuse another. */
  readonly coming: Promise<readonly Promise<Answer>[]>;
}

function startSetting(
  source: Source,
  loading: Promise<Session>,
  setting: number,
  notes: Set<string>,
  drawn: number[],
): SettingRun {
  let onFirst: (answers: readonly Promise<Answer>[]) => void = () => {};
  const first = new Promise<readonly Promise<Answer>[]>((resolve) => {
    onFirst = resolve;
  });
  const answered = answerSetting(source, loading, { setting, onFirst }, notes, drawn);
  return { answered, coming: Promise.race([first, answered.then(settled)]) };
}

function settled(answers: Answered): Promise<Answer>[] {
  return answers.map((answer) => Promise.resolve(answer));
}

/**
 * @param drawn how many trials each setting has is added here, before anything is waited for
 * @returns nothing where the source refuses every way to settle a later setting of its open sizes
 */
async function answerSetting(
  { outputs: names, trials: { settings, required = 1 } }: Source,
  loading: Promise<Session>,
  { setting, onFirst }: { readonly setting: number; onFirst(answers: readonly Promise<Answer>[]): void },
  notes: Set<string>,
  drawn: number[],
): Promise<Answered> {
  const refusals: { readonly sizes: string; readonly failure: EngineFailure }[] = [];
  for (const draw of settings[setting] ?? []) {
    // Drawn before the engine is waited for, so that it has work as soon as it is there.
    const trials = draw();
    drawn[setting] ??= trials.length;
    const session = await loading;
    try {
      const answers = trials.map(async (trial) => ({ trial, outputs: await session.run(trial.feeds, names) }));
      answers[0]?.then(() => onFirst(answers)).catch(() => {});
      const answered = await Promise.all(answers);
      const [first] = refusals;
      if (first) notes.add(`tried at ${sizesOf(trials)}: the source itself refuses ${refusal(first)}`);
      return answered;
    } catch (error) {
      if (!(error instanceof EngineFailure && error.kind === 'refused')) throw error;
      refusals.push({ sizes: sizesOf(trials), failure: error });
    }
  }
  const [first] = refusals;
  if (first && setting < required) throw settings.length > 1 ? refusedSizes(first.failure, first.sizes) : first.failure;
  if (first) notes.add(`compared at one setting of the open sizes only: the source itself refuses ${refusal(first)}`);
  return [];
}

function refusal({ sizes, failure }: { readonly sizes: string; readonly failure: EngineFailure }): string {
  return `${sizes} (${failure.message})`;
}

function sizesOf([trial]: readonly Trial[]): string {
  return Array.from(trial?.feeds ?? [], ([name, { shape }]) => `${name} ${formatShape(shape)}`).join(', ');
}

/** The source against itself under its engine's optimisations; or a note why not: this only measures noise. */
async function compareOptimized(
  source: Source,
  starting: Promise<Engine>,
  runs: readonly SettingRun[],
): Promise<{ comparisons: SelfComparison[]; note?: string }> {
  const comparison = new SelfComparison(source.outputs);
  const compare = async (session: Session, answers: readonly Promise<Answer>[]) => {
    for (const answer of unlike(answers)) {
      const { trial, outputs } = await answer;
      comparison.add(outputs, await session.run(trial.feeds, source.outputs), trial.label);
    }
  };
  try {
    const engine = await starting;
    const session = await engine.load({ ...payloadOf(source), optimize: true });
    for (const { coming, answered } of runs) {
      try {
        // As they come: this engine would wait for the other one otherwise.
        await compare(session, await coming);
      } catch (error) {
        if (!(error instanceof EngineFailure && error.kind === 'refused')) throw error;
        await compare(session, settled(await answered));
      }
    }
    await session.release();
    return { comparisons: [comparison] };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return {
      comparisons: [],
      note: `noise is measured without the engine's optimisations: with them ${error.message}`,
    };
  }
}

/** The first and the third trial of a setting: the third differs in kind. */
function unlike<T>(answered: readonly T[]): readonly T[] {
  return answered.filter((_, index) => index === 0 || index === 2);
}

async function answerScaled(
  { outputs: names, isScaled }: Source,
  loading: Promise<Session>,
  [first]: readonly Promise<Answered>[],
): Promise<ReadonlyMap<number, Answered>> {
  const answers = new Map<number, Answered>();
  const answered = isScaled ? unlike((await first) ?? []) : [];
  if (answered.some(({ trial }) => [...trial.feeds.values()].some(({ dtype }) => isFloat(dtype)))) {
    const session = await loading;
    for (const exponent of EXPONENTS) {
      const scaled = answered.map(({ trial }) => scaleTrial(trial, exponent));
      answers.set(
        exponent,
        await Promise.all(scaled.map(async (trial) => ({ trial, outputs: await session.run(trial.feeds, names) }))),
      );
    }
  }
  return answers;
}

/** On the first trial with other signs; the session that ran the rest is gone by then. */
async function answerMoreScaled(
  source: Source,
  plain: Engine,
  [first]: readonly Promise<Answered>[],
  exponent: number,
): Promise<Answered> {
  const [drawn] = (await first) ?? [];
  if (!drawn) return [];
  const session = await plain.load({ ...payloadOf(source), optimize: false });
  const trials = Array.from({ length: MORE_SCALED }, (_, at) => scaleTrial(signTrial(drawn.trial, at + 1), exponent));
  const answers = await Promise.all(
    trials.map(async (trial) => ({ trial, outputs: await session.run(trial.feeds, source.outputs) })),
  );
  await session.release();
  return answers;
}

function spreadOf(name: string, answered: Answered): Spread {
  const spread = new Spread();
  for (const { trial, outputs } of answered) {
    const output = outputs.get(name);
    if (output) spread.add(trial.setting, output);
  }
  return spread;
}
