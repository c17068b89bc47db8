/** What is found step by step, for several who each ask from the first step on: no step is taken twice. */
export class Replayed<Found, End> {
  readonly #steps: AsyncGenerator<Found, End | undefined>;
  readonly #taken: Promise<IteratorResult<Found, End | undefined>>[] = [];

  constructor(steps: AsyncGenerator<Found, End | undefined>) {
    this.#steps = steps;
  }

  async *fromStart(): AsyncGenerator<Found, End | undefined> {
    for (let step = 0; ; step++) {
      const taken = this.#taken[step] ?? this.#steps.next();
      this.#taken[step] = taken;
      const { value, done } = await taken;
      if (done) return value;
      yield value;
    }
  }

  /** Ends it where it is, when nobody asks any more. */
  async close(): Promise<void> {
    await this.#steps.return(undefined);
  }
}
