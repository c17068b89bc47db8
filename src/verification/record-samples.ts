import { classRows } from '../check/class-row.js';
import {
  Behind,
  type Candidate,
  type CandidateSelections,
  Comparison,
  isJumping,
  runCandidate,
  Spread,
  type Sums,
} from '../check/index.js';
import type { Outputs } from '../check/source-run.js';
import { type Engine, EngineFailure, type Session } from '../engines/index.js';
import { formatShape, type MobileoneError } from '../model/index.js';
import type { Trial } from '../trials/index.js';
import { nudge } from '../trials/nudge.js';
import { feedsFor, givingBack, type OpenCandidate, takes } from './candidate.js';
import { candidateError, referenceError, refusedSizes } from './engine-errors.js';
import type { Engines } from './engines.js';
import type { Group, Way } from './groups.js';
import type { CandidateRecord, SampleRecord } from './record.js';
import { type Reference, sourceNameOf } from './reference.js';
import { referenceNetwork } from './reference-network.js';

/** So many samples are in work at a time: engines have something to do, and memory stays that of one batch. */
const AT_ONCE = 8;

/** A row behind a selection has moved where an element differs by more than so much of the largest. */
const MOVED = 1e-3;

/** A session with what it runs. */
interface Loaded {
  readonly runs: Candidate;
  readonly session: Session;
  /** The reference behind selections, to be given what the candidate selects among. */
  readonly behind: Behind | undefined;
}

/** Which samples are recorded, and where remarks and failures go. */
export interface Recording {
  readonly reference: Reference;
  readonly candidates: readonly OpenCandidate[];
  readonly engines: Engines;
  /** What a reader should know, a sentence each, is added here. */
  readonly notes: Set<string>;
  /** Why a candidate did not run, by its place; one that is here is not run any more. */
  readonly failures: Map<number, MobileoneError>;
  /** Whether rows of classes are kept. */
  readonly keepsClasses: boolean;
  /** In which way the reference took the samples of a group; null: in none. Added for each group that was tried. */
  readonly settled: Map<Group, Way | null>;
}

/**
 * Runs reference and candidates on samples and records what they show, a group at a time.
 * @param draw which draws these are
 * @throws EngineError where the reference does not run
 */
export async function* recordSamples(
  recording: Recording,
  groups: readonly Group[],
  draw = 0,
): AsyncGenerator<SampleRecord[]> {
  const runner = new Runner(recording, draw);
  try {
    await runner.load();
    for (const group of groups) {
      const records = await runner.group(group, groups.length > 1);
      if (records.length > 0) yield records;
    }
  } catch (error) {
    if (error instanceof EngineFailure) throw referenceError(error);
    throw error;
  } finally {
    await runner.release();
  }
}

class Runner {
  readonly #recording: Recording;
  readonly #draw: number;
  #reference: Session | undefined;
  /** The reference under its engine's optimisations, for the noise between right answers; none where that fails. */
  #optimized: Session | undefined;
  readonly #candidates = new Map<number, Loaded>();
  #isFirst = true;

  constructor(recording: Recording, draw: number) {
    this.#recording = recording;
    this.#draw = draw;
  }

  async load(): Promise<void> {
    const { reference, candidates, engines } = this.#recording;
    const { engine } = reference.artefact.target;
    const { payload } = reference.runs;
    const loading = engines.forReference(engine).load({ ...payload, optimize: false });
    loading.catch(() => {});
    for (const [place, candidate] of candidates.entries()) {
      const { artefact, mustLoad, selections } = candidate;
      const runs = givingBack(candidate);
      await this.#unlessFailed(place, async () => {
        const own = engines.forCandidates(artefact.target.engine);
        if (mustLoad) await (await own.load({ ...mustLoad, optimize: true })).release();
        const session = await own.load({ ...runs.payload, optimize: true });
        const behind = selections && (await this.#behind(selections));
        this.#candidates.set(place, { runs, session, behind });
      });
    }
    this.#reference = await loading;
    this.#optimized = await this.#loadOptimized(engines.forCandidates(engine));
  }

  async #behind(selections: CandidateSelections): Promise<Behind> {
    const { reference, engines } = this.#recording;
    const network = await referenceNetwork(reference, engines);
    return Behind.load({ selections, network, nameOf: ({ name }) => sourceNameOf(reference.artefact, name) });
  }

  async #loadOptimized(engine: Engine): Promise<Session | undefined> {
    const { reference, notes } = this.#recording;
    // Where an engine has no such choice, a second run would say nothing.
    if (!reference.graph) return undefined;
    try {
      return await engine.load({ ...reference.runs.payload, optimize: true });
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      notes.add(`noise is measured without the engine's optimisations: with them ${error.message}`);
      return undefined;
    }
  }

  /** Records one group; nothing where the reference takes it in none of its ways. */
  async group(group: Group, isOneOfSeveral: boolean): Promise<SampleRecord[]> {
    const settled = await this.#settle(group, isOneOfSeveral);
    this.#recording.settled.set(group, settled?.way ?? null);
    if (!settled) return [];
    const { way, first } = settled;
    const spreads = this.#recording.reference.outputs.map(() => new Spread());
    const records: SampleRecord[] = [];
    for (let start = 0; start < group.size; start += AT_ONCE) {
      const places = Array.from({ length: Math.min(AT_ONCE, group.size - start) }, (_, k) => start + k);
      const recorded = await Promise.all(
        places.map((place) => this.#record(group, place, way, place === 0 ? first : undefined, spreads)),
      );
      records.push(...recorded);
    }
    const response = group.isMeasured ? spreads.map((spread) => spread.largest()) : null;
    return records.map((record, place) => (place === 0 ? { ...record, response } : record));
  }

  /** The first way to make samples that the reference takes, with its answer to the first. */
  async #settle(
    { ways, start, isRequired }: Group,
    isOneOfSeveral: boolean,
  ): Promise<{ readonly way: Way; readonly first: Answered } | undefined> {
    const refusals: { readonly sizes: string; readonly failure: EngineFailure }[] = [];
    const { notes } = this.#recording;
    for (const way of ways) {
      const trial = await way(start);
      try {
        const outputs = await this.#answer(this.#reference, trial);
        const [refused] = refusals;
        if (refused) notes.add(`tried at ${sizesOf(trial)}: the reference itself refuses ${refusal(refused)}`);
        return { way, first: { trial, outputs } };
      } catch (error) {
        if (!(error instanceof EngineFailure && error.kind === 'refused')) throw error;
        refusals.push({ sizes: sizesOf(trial), failure: error });
      }
    }
    const [refused] = refusals;
    if (refused && isRequired) throw isOneOfSeveral ? refusedSizes(refused.failure) : refused.failure;
    if (refused)
      notes.add(`compared at one setting of the open sizes only: the reference itself refuses ${refusal(refused)}`);
    return undefined;
  }

  async #record(
    { start, isMeasured, truth }: Group,
    place: number,
    way: Way,
    known: Answered | undefined,
    spreads: readonly Spread[],
  ): Promise<SampleRecord> {
    const { reference, candidates } = this.#recording;
    const index = start + place;
    const trial = known?.trial ?? (await way(index));
    const outputs = known?.outputs ?? (await this.#answer(this.#reference, trial));
    if (isMeasured) {
      for (const [k, { name }] of reference.outputs.entries()) {
        const output = outputs.get(name);
        if (output) spreads[k]?.add(0, output);
      }
    }
    const answered = { trial, outputs };
    const [self, ...judged] = await Promise.all([
      isMeasured ? this.#againstItself(answered, place) : [],
      ...candidates.map((_, candidate) => this.#compare(candidate, answered)),
    ]);
    return {
      draw: this.#draw,
      index,
      label: trial.label,
      sha256: trial.sha256 ?? null,
      inputs: Array.from(trial.feeds, ([name, { shape }]) => ({ name, shape })),
      truth: truth(index),
      candidates: judged,
      self,
      response: null,
    };
  }

  /** The first and the third sample of a group, which differ in kind; and the very first with its inputs nudged. */
  async #againstItself({ trial, outputs }: Answered, place: number): Promise<Sums[][]> {
    const found: Sums[][] = [];
    // Samples are in work side by side: which of them is the first is said before anything is waited for.
    const isVeryFirst = place === 0 && this.#isFirst;
    if (isVeryFirst) this.#isFirst = false;
    if (this.#optimized && (place === 0 || place === 2)) {
      found.push(this.#sums(outputs, await this.#answer(this.#optimized, trial), trial.label));
    }
    if (isVeryFirst) {
      const { trainedOn } = this.#recording.reference.runs;
      const nudged = trainedOn ? trial : { ...trial, feeds: nudge(trial.feeds, 1) };
      if (!trainedOn) found.push(this.#sums(outputs, await this.#answer(this.#reference, nudged), trial.label));
    }
    return found;
  }

  async #compare(place: number, { trial, outputs }: Answered): Promise<CandidateRecord | null> {
    const loaded = this.#candidates.get(place);
    if (!loaded || this.#recording.failures.has(place) || !takes(loaded.runs, trial)) return null;
    return this.#unlessFailed(place, async () => {
      const answers = await runCandidate(loaded.session, loaded.runs, feedsFor(trial, loaded.runs));
      const { reference, candidates, keepsClasses, notes } = this.#recording;
      for (const remark of loaded.session.remarks) notes.add(`${candidates[place]?.artefact.path}: ${remark}`);
      const classes = reference.outputs.map(({ name }) => {
        const [a, b] = [outputs.get(name), answers.get(name)];
        return keepsClasses && a && b ? classRows(a, b) : [];
      });
      const own = await loaded.behind?.compare(trial, outputs, answers);
      return {
        outputs: this.#sums(outputs, answers, trial.label),
        own: own ? reference.outputs.map(({ name }) => own.get(name) ?? null) : null,
        classes,
      };
    });
  }

  /** What fails in a candidate is its own failure, while the reference runs. */
  async #unlessFailed<T>(place: number, step: () => Promise<T>): Promise<T | null> {
    const { candidates, failures } = this.#recording;
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      const name = candidates[place]?.artefact.target.title ?? '';
      if (!failures.has(place)) failures.set(place, candidateError(error, name));
      return null;
    }
  }

  #sums(a: Outputs, b: Outputs, label: string): Sums[] {
    return this.#recording.reference.outputs.map(({ name, role }) => {
      const comparison = new Comparison({ rowTolerance: isJumping(role) ? MOVED : undefined });
      const [one, other] = [a.get(name), b.get(name)];
      if (one && other) comparison.add(one, other, label);
      return comparison.sums;
    });
  }

  #answer(session: Session | undefined, trial: Trial): Promise<Outputs> {
    const { runs } = this.#recording.reference;
    if (!session) throw new Error('the reference is not loaded');
    return runCandidate(session, runs, feedsFor(trial, runs));
  }

  async release(): Promise<void> {
    const sessions = [
      this.#reference,
      this.#optimized,
      ...[...this.#candidates.values()].flatMap(({ session, behind }) => [session, behind]),
    ];
    for (const session of sessions) await session?.release().catch(() => {});
  }
}

/** A trial with what the reference answered. */
interface Answered {
  readonly trial: Trial;
  readonly outputs: Outputs;
}

function refusal({ sizes, failure }: { readonly sizes: string; readonly failure: EngineFailure }): string {
  return `${sizes} (${failure.message})`;
}

function sizesOf({ feeds }: Trial): string {
  return Array.from(feeds, ([name, { shape }]) => `${name} ${formatShape(shape)}`).join(', ');
}
