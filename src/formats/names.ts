/**
 * Gives out names that a grammar takes, each once, the same on every run. A name of the source is for the value that bears it
 * there, and for no other, whether or not that value is in the program.
 */
export class Names {
  readonly #legal: (wanted: string) => string;
  readonly #isOfSource: (name: string) => boolean;
  readonly #taken = new Set<string>();
  readonly #nextSuffix = new Map<string, number>();

  /** @param legal `wanted` with what the grammar forbids replaced */
  constructor(legal: (wanted: string) => string, isOfSource: (name: string) => boolean) {
    this.#legal = legal;
    this.#isOfSource = isOfSource;
  }

  /** For the value that `name` belongs to: that very name, where the grammar takes it and it is free. */
  own(name: string, legal = this.#legal): string {
    const wanted = legal(name);
    if (wanted !== name || this.#taken.has(name)) return this.fresh(wanted);
    this.#taken.add(name);
    return name;
  }

  /** A name that is like `wanted`, with a number behind it where that is taken. */
  fresh(wanted: string): string {
    const base = this.#legal(wanted);
    let name = base;
    while (this.#taken.has(name) || this.#isOfSource(name)) {
      const suffix = this.#nextSuffix.get(base) ?? 2;
      this.#nextSuffix.set(base, suffix + 1);
      name = `${base}_${suffix}`;
    }
    this.#taken.add(name);
    return name;
  }
}
