import type { Session } from '../engines/index.js';
import type { Tensor } from '../model/index.js';
import { type Candidate, runCandidate } from './candidate.js';
import { Comparison } from './comparison.js';
import type { StartedSource } from './judgement.js';

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
   * The largest `l2` of an output over all trials; infinite where a NaN or infinity is not the source's.
   * @param feeds inputs of the candidate that trials do not have
   * @throws EngineFailure
   */
  async price(feeds: ReadonlyMap<string, Tensor>): Promise<number> {
    const comparisons = new Map(this.#outputs.map((name) => [name, new Comparison()]));
    for (const { trial, outputs } of await this.#source.answered) {
      const fed = { ...trial, artefactFeeds: new Map([...trial.artefactFeeds, ...feeds]) };
      const answers = await runCandidate(this.#session, this.#candidate, fed);
      for (const [name, comparison] of comparisons) {
        const [a, b] = [outputs.get(name), answers.get(name)];
        if (a && b) comparison.add(a, b, trial.label);
      }
    }
    const prices = [...comparisons].map(([name, comparison]) => {
      if (comparison.problems.length > 0) return Number.POSITIVE_INFINITY;
      return comparison.isFloat ? (comparison.pricedL2(this.#source.ranges?.get(name)) ?? 0) : 0;
    });
    return Math.max(0, ...prices);
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
