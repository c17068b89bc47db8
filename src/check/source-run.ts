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
  /** External data by location. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Values to compare: its outputs, and those that stand in for outputs which follow from a selection. */
  readonly outputs: readonly string[];
  readonly trials: Trials;
  /** Names what makes it answer NaN, where something is known. */
  readonly suspect?: (() => string | undefined) | undefined;
}

export type Outputs = ReadonlyMap<string, Tensor>;

/** What a source answered. */
export interface Reference {
  /** The trials that it ran, with its answers. */
  readonly answered: readonly { readonly trial: Trial; readonly outputs: Outputs }[];
  readonly noise: ReadonlyMap<string, number | null>;
  readonly spread: ReadonlyMap<string, Spread>;
  readonly notes: readonly string[];
}

/**
 * Runs a source three times over: without its engine's optimisations, which is what artefacts are judged by; and, for
 * the noise between right answers, with them, and on inputs moved by a unit in the last place.
 * @param plain engine for the runs without optimisations
 * @param optimizing engine for the other; in a process of its own it works at the same time
 * @throws EngineError where the source does not run
 */
export async function runSource(source: Source, plain: Engine, optimizing: Engine): Promise<Reference> {
  const optimized = runOptimized(source, optimizing);
  // Awaited below; until then a failure here must not count as unhandled.
  optimized.catch(() => {});
  try {
    const notes: string[] = [];
    const session = await plain.load({ ...payloadOf(source), optimize: false });
    const answered = await answer(session, source, notes);
    const nudged = new Map<Trial, Outputs>();
    for (const { trial } of answered) {
      nudged.set(trial, await session.run(nudge(trial.feeds, nudged.size + 1), source.outputs));
    }
    await session.release();
    const { runs, note } = await optimized;
    if (note) notes.push(note);
    return {
      answered,
      noise: new Map(source.outputs.map((name) => [name, noiseOf(selfComparisons(name, answered, [nudged, runs]))])),
      spread: new Map(source.outputs.map((name) => [name, spreadOf(name, answered)])),
      notes,
    };
  } catch (error) {
    throw translated(error, sourceError);
  }
}

function payloadOf({ model, files }: Source): Omit<Payload, 'optimize'> {
  return { model, ...(files ? { files } : {}) };
}

async function answer(
  session: Session,
  source: Source,
  notes: string[],
): Promise<{ trial: Trial; outputs: Outputs }[]> {
  const answered: { trial: Trial; outputs: Outputs }[] = [];
  const refused = new Set<number>();
  for (const trial of source.trials.trials) {
    if (refused.has(trial.setting)) continue;
    try {
      answered.push({ trial, outputs: await session.run(trial.feeds, source.outputs) });
    } catch (error) {
      const isOptional = trial.setting > 0 && error instanceof EngineFailure && error.kind === 'refused';
      if (!isOptional) throw error;
      refused.add(trial.setting);
      notes.push(
        `compared at one setting of the open sizes only: the source itself refuses the other (${error.message})`,
      );
    }
  }
  return answered;
}

/** The runs with optimisations, or a note that says why there are none: they only measure noise. */
async function runOptimized(source: Source, engine: Engine): Promise<{ runs: Map<Trial, Outputs>; note?: string }> {
  const runs = new Map<Trial, Outputs>();
  try {
    const session = await engine.load({ ...payloadOf(source), optimize: true });
    for (const trial of source.trials.trials) {
      try {
        runs.set(trial, await session.run(trial.feeds, source.outputs));
      } catch (error) {
        if (trial.setting === 0) throw error;
      }
    }
    await session.release();
    return { runs };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return { runs, note: `noise is measured without the engine's optimisations: with them ${error.message}` };
  }
}

function selfComparisons(
  name: string,
  answered: Reference['answered'],
  others: readonly ReadonlyMap<Trial, Outputs>[],
): Comparison[] {
  return others.map((other) => {
    const comparison = new Comparison();
    for (const { trial, outputs } of answered) {
      const [a, b] = [outputs.get(name), other.get(trial)?.get(name)];
      if (a && b) comparison.add(a, b, trial.label);
    }
    return comparison;
  });
}

function spreadOf(name: string, answered: Reference['answered']): Spread {
  const spread = new Spread();
  for (const { trial, outputs } of answered) {
    const output = outputs.get(name);
    if (output) spread.add(trial.setting, output);
  }
  return spread;
}
