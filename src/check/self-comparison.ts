import { Comparison } from './comparison.js';
import { noiseOf } from './figures.js';
import type { Outputs } from './source-run.js';

/** Runs of one source that are both right, output by output: how far they differ is the noise between right answers. */
export class SelfComparison {
  readonly #byOutput: ReadonlyMap<string, Comparison>;

  constructor(names: readonly string[]) {
    this.#byOutput = new Map(names.map((name) => [name, new Comparison()]));
  }

  add(one: Outputs, other: Outputs, label: string): void {
    for (const [name, comparison] of this.#byOutput) {
      const [a, b] = [one.get(name), other.get(name)];
      if (a && b) comparison.add(a, b, label);
    }
  }

  /** The larger error of several such comparisons; null where none is defined. */
  static noise(comparisons: readonly SelfComparison[], name: string, resolution: number): number | null {
    const found = comparisons.flatMap((each) => each.#byOutput.get(name) ?? []);
    return noiseOf(found, resolution);
  }
}
