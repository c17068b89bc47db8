/** How many runs of a model are done, of how many that are known of. */
export interface Runs {
  readonly done: number;
  readonly total: number;
}

/** Before so many milliseconds nobody asks how long it will take, and nothing is known of it. */
const SOON = 1000;

/** Counts the runs of a check, which are where its time goes. */
export class RunCount {
  #planned = 0;
  #done = 0;
  #onRun: (() => void) | undefined;
  readonly #clock: () => number;

  /** @param clock in milliseconds */
  constructor(clock = Date.now) {
    this.#clock = clock;
  }

  plan(runs: number): void {
    this.#planned += runs;
  }

  readonly ran = (): void => {
    this.#done++;
    this.#onRun?.();
  };

  /** Does a step, and tells of the runs meanwhile, once they take a while. Of steps at the same time the last one hears. */
  async during<T>(step: () => Promise<T>, onRun: ((runs: Runs) => void) | undefined): Promise<T> {
    const [before, started] = [this.#done, this.#clock()];
    this.#onRun = () => {
      const total = Math.max(this.#planned, this.#done) - before;
      if (this.#clock() - started >= SOON) onRun?.({ done: this.#done - before, total });
    };
    try {
      return await step();
    } finally {
      this.#onRun = undefined;
    }
  }
}
