import type { Network } from '../../check/pieces/network.js';
import { type Fed, LoadedPiece } from '../../check/pieces/run-piece.js';
import type { Stretch } from '../../check/pieces/wiring.js';
import { EngineFailure } from '../../engines/index.js';
import type { ArtefactValue } from '../../formats/format.js';
import type { Tensor } from '../../model/index.js';
import type { Trial } from '../../trials/index.js';
import { nudge } from '../../trials/nudge.js';
import type { Bisected } from './bisect.js';
import { Deviation } from './deviation.js';
import type { KnownPair } from './pair.js';
import { HELD_BYTES } from './survey.js';

/** What is tried, in the order of samples. */
export interface Tried {
  readonly size: number;
  /** Those on which noise is measured. */
  readonly noisy: ReadonlySet<number>;
  sample(index: number): Promise<Trial> | Trial;
}

/** What was found of one value. */
export interface Measured {
  readonly pair: KnownPair;
  /** What the piece of the candidate that leads to it from values of the reference adds by itself. */
  readonly own: number;
  /** The sample that shows that best. */
  readonly worst: number;
  /** By how much the piece of the reference moves where what it reads is moved by a unit in the last place. */
  readonly ownNoise: number;
  /** Of the value in the candidate as a whole. */
  readonly error: number;
  /** By how much the reference's own value moves where its inputs are. */
  readonly noise: number;
  /** The values that the candidate's piece is fed, and those that the reference's is; inputs are none. */
  readonly fed: { readonly candidate: readonly KnownPair[]; readonly reference: readonly KnownPair[] };
  /** What leads to the value in the reference from there. */
  readonly stretch: Stretch;
}

/**
 * Both numbers of every value, over all samples. Values are taken in groups that fit into little memory, and each group is
 * cut out anew.
 */
export class Measurement {
  readonly #reference: Network;
  readonly #candidate: Network;
  readonly #samples: Tried;
  /** Names of the reference's inputs by what candidates say that theirs are. */
  readonly #inputNames: ReadonlyMap<string, string>;
  readonly #byValue: ReadonlyMap<string, KnownPair>;
  readonly #byCandidate: ReadonlyMap<string, KnownPair>;

  constructor(
    { reference, candidate, samples }: Pick<Bisected, 'reference' | 'candidate' | 'samples'>,
    pairs: readonly KnownPair[],
  ) {
    this.#reference = reference;
    this.#candidate = candidate;
    this.#samples = samples;
    this.#inputNames = new Map(reference.inputs.map(({ sourceName, name }) => [sourceName, name]));
    this.#byValue = new Map(pairs.map((pair) => [pair.value, pair]));
    this.#byCandidate = new Map(pairs.map((pair) => [pair.candidate.name, pair]));
  }

  /** In the order of the pairs. A value whose piece no engine takes is left out. @throws EngineFailure */
  async all(): Promise<Measured[]> {
    const found: Measured[] = [];
    for (const group of groupsOf([...this.#byValue.values()])) found.push(...(await this.#halving(group)));
    return found;
  }

  async #halving(group: readonly KnownPair[]): Promise<Measured[]> {
    try {
      return await this.#measure(group);
    } catch (error) {
      if (!(error instanceof EngineFailure && error.kind === 'refused')) throw error;
      if (group.length === 1) return [];
      const half = Math.ceil(group.length / 2);
      return [...(await this.#halving(group.slice(0, half))), ...(await this.#halving(group.slice(half)))];
    }
  }

  async #measure(group: readonly KnownPair[]): Promise<Measured[]> {
    const read = this.#readBy(group);
    const known = new Map([...group, ...read.candidate, ...read.reference].map((pair) => [pair.value, pair.reference]));
    const truth = await LoadedPiece.load(this.#reference, [], [...known.values()]);
    const again = await LoadedPiece.load(
      this.#reference,
      read.reference.map((pair) => fedAs(pair, pair.reference)),
      group.map(({ reference }) => reference),
    );
    const alone = await LoadedPiece.load(
      this.#candidate,
      read.candidate.map((pair) => fedAs(pair, pair.candidate)),
      group.map(({ candidate }) => candidate),
    );
    const whole = await LoadedPiece.load(
      this.#candidate,
      [],
      group.map(({ candidate }) => candidate),
    );
    // One value is given up where its piece takes no sample at all; what takes some of them and not others is off there.
    let taken = 0;
    const ofCandidate = async (piece: LoadedPiece, ...given: Parameters<LoadedPiece['run']>) => {
      if (group.length > 1) return piece.run(...given);
      const answers = await piece.runIfTaken(...given);
      if (answers && piece === alone) taken++;
      return answers ?? new Map<string, Tensor>();
    };
    const deviations = group.map((pair) => ({
      pair,
      own: new Deviation(),
      ownNoise: new Deviation(),
      error: new Deviation(),
      noise: new Deviation(),
    }));
    for (let index = 0; index < this.#samples.size; index++) {
      const trial = await this.#samples.sample(index);
      const expected = await truth.run(trial);
      const runs = {
        own: await ofCandidate(alone, trial, expected),
        error: await ofCandidate(whole, trial),
        ...(this.#samples.noisy.has(index) && {
          ownNoise: await again.run(nudged(trial), nudge(only(expected, read.reference), index)),
          noise: await truth.run(nudged(trial)),
        }),
      };
      for (const { pair, ...kinds } of deviations) {
        const tensor = expected.get(pair.value);
        for (const [kind, answers] of Object.entries(runs)) {
          if (tensor) kinds[kind as keyof typeof kinds].add(tensor, answers.get(pair.value));
        }
      }
    }
    for (const piece of [truth, again, alone, whole]) await piece.release();
    if (group.length === 1 && taken === 0) return [];
    return deviations.map(({ pair, own, ownNoise, error, noise }) => ({
      pair,
      own: own.error,
      worst: own.worst,
      ownNoise: ownNoise.error,
      error: error.error,
      noise: noise.error,
      ...this.#stretchOf(pair),
    }));
  }

  /**
   * From what the candidate's piece reads, where all of the reference's way goes through there; else from the nearest values
   * that both have.
   */
  #stretchOf(pair: KnownPair): Pick<Measured, 'fed' | 'stretch'> {
    const { wiring, inputs } = this.#candidate;
    const read = new Set(wiring.leadingTo([pair.candidate.name], this.#byCandidate).reads);
    const fed = this.#candidateReads([pair]);
    const stops = new Set([
      ...fed.map(({ value }) => value),
      ...inputs.filter(({ name }) => read.has(name)).flatMap((port) => this.#inputNames.get(port.sourceName) ?? []),
    ]);
    const direct = this.#reference.wiring.leadingTo([pair.value], stops);
    const isWhole = direct.reads.every((name) => stops.has(name));
    const stretch = isWhole ? direct : this.#reference.wiring.leadingTo([pair.value], this.#byValue);
    return {
      stretch,
      fed: { candidate: fed, reference: stretch.reads.flatMap((name) => this.#byValue.get(name) ?? []) },
    };
  }

  #readBy(group: readonly KnownPair[]) {
    const { reads } = this.#reference.wiring.leadingTo(
      group.map(({ value }) => value),
      this.#byValue,
    );
    return {
      candidate: this.#candidateReads(group),
      reference: reads.flatMap((name) => this.#byValue.get(name) ?? []),
    };
  }

  #candidateReads(group: readonly KnownPair[]): KnownPair[] {
    const { reads } = this.#candidate.wiring.leadingTo(
      group.map(({ candidate }) => candidate.name),
      this.#byCandidate,
    );
    return reads.flatMap((name) => this.#byCandidate.get(name) ?? []);
  }
}

function nudged(trial: Trial): Trial {
  const [feeds, artefactFeeds] = [nudge(trial.feeds, 1), nudge(trial.artefactFeeds, 1)];
  return { ...trial, feeds, artefactFeeds };
}

/** Of many values those of some pairs. */
function only(values: ReadonlyMap<string, Tensor>, pairs: readonly KnownPair[]): Map<string, Tensor> {
  return new Map(
    pairs.flatMap(({ value }) => {
      const tensor = values.get(value);
      return tensor ? [[value, tensor] as const] : [];
    }),
  );
}

/** A value as one of both networks is fed it. */
export function fedAs({ dtype, shape }: KnownPair, value: ArtefactValue): Fed {
  return { ...value, dtype, rank: shape.length };
}

/** Neighbours that take little memory together. */
function groupsOf(pairs: readonly KnownPair[]): KnownPair[][] {
  const groups: KnownPair[][] = [];
  let room = 0;
  for (const pair of pairs) {
    if (pair.bytes > room || groups.length === 0) {
      groups.push([]);
      room = HELD_BYTES;
    }
    groups.at(-1)?.push(pair);
    room -= pair.bytes;
  }
  return groups;
}
