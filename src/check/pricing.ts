import type { Session } from '../engines/index.js';
import type { Tensor } from '../model/index.js';
import { type Candidate, runCandidate } from './candidate.js';
import { Comparison } from './comparison.js';
import type { StartedSource } from './judgement.js';
import type { Answered } from './source-run.js';

/** A candidate that is loaded once and asked with many settings of its own inputs what rounding costs. */
export class Pricing {
  readonly #session: Session;
  readonly #candidate: Candidate;
  readonly #source: StartedSource;
  readonly #outputs: readonly string[];

  /** @param outputs that count */
  constructor(session: Session, candidate: Candidate, source: StartedSource, outputs: readonly string[]) {
    this.#session = session;
    this.#candidate = candidate;
    this.#source = source;
    this.#outputs = outputs;
  }

  /**
   * The largest `l2` of an output over the trials; infinite where a NaN or infinity is not the source's.
   * @param feeds inputs of the candidate that trials do not have
   * @param trials those that are run; all where nothing is said
   * @throws EngineFailure
   */
  async price(feeds: ReadonlyMap<string, Tensor>, trials?: Answered): Promise<number> {
    const comparisons = await this.#compare(feeds, trials ?? (await this.#source.answered));
    return Math.max(0, ...Array.from(comparisons, ([name, compared]) => this.#priceOf(name, compared)));
  }

  /** The one trial that has the largest part in the price. @throws EngineFailure */
  async dearest(feeds: ReadonlyMap<string, Tensor>): Promise<Answered> {
    const answered = await this.#source.answered;
    const all = await this.#compare(feeds, answered);
    const [dearest] = [...all].sort(([a, x], [b, y]) => this.#priceOf(b, y) - this.#priceOf(a, x));
    const [name = ''] = dearest ?? [];
    let [found, most] = [answered.slice(0, 1), -1];
    for (const each of answered) {
      const compared = (await this.#compare(feeds, [each])).get(name);
      const part =
        compared && compared.problems.length === 0 ? compared.sums.squareDifference : Number.POSITIVE_INFINITY;
      if (part > most) [found, most] = [[each], part];
    }
    return found;
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  async #compare(feeds: ReadonlyMap<string, Tensor>, trials: Answered): Promise<Map<string, Comparison>> {
    const comparisons = new Map(this.#outputs.map((name) => [name, new Comparison()]));
    for (const { trial, outputs } of trials) {
      const fed = { ...trial, artefactFeeds: new Map([...trial.artefactFeeds, ...feeds]) };
      const answers = await runCandidate(this.#session, this.#candidate, fed);
      for (const [name, comparison] of comparisons) {
        const [a, b] = [outputs.get(name), answers.get(name)];
        if (a && b) comparison.add(a, b, trial.label);
      }
    }
    return comparisons;
  }

  #priceOf(name: string, compared: Comparison): number {
    if (compared.problems.length > 0) return Number.POSITIVE_INFINITY;
    return compared.isFloat ? (compared.pricedL2(this.#source.ranges?.get(name)) ?? 0) : 0;
  }
}
