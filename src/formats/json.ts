/**
 * A value of a JSON text from a stranger. Each question names the kind that is due: the answer has it, or the refusal says
 * where something else stands.
 */
export class Json {
  readonly #value: unknown;
  readonly #place: string;
  readonly #refuse: (what: string) => Error;

  private constructor(value: unknown, place: string, refuse: (what: string) => Error) {
    this.#value = value;
    this.#place = place;
    this.#refuse = refuse;
  }

  /**
   * @param name how refusals call the text
   * @param refuse makes the error that is thrown
   */
  static parse(text: string | Uint8Array, name: string, refuse: (what: string) => Error): Json {
    try {
      const plain = typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text);
      return new Json(JSON.parse(plain), name, refuse);
    } catch {
      throw refuse(`${name} is not JSON`);
    }
  }

  get isThere(): boolean {
    return this.#value !== undefined;
  }

  /** As it was parsed, of any kind. */
  get raw(): unknown {
    return this.#value;
  }

  /** What stands under `key`, which may be nothing. */
  at(key: string): Json {
    return this.#inside(Object.getOwnPropertyDescriptor(this.#object(), key)?.value, key);
  }

  entries(): Map<string, Json> {
    return new Map(Object.entries(this.#object()).map(([key, value]) => [key, this.#inside(value, key)]));
  }

  list(): Json[] {
    if (!Array.isArray(this.#value)) throw this.no('list');
    return this.#value.map((value: unknown, index) => this.#inside(value, String(index)));
  }

  text(): string {
    return typeof this.#value === 'string' ? this.#value : this.#fail('text');
  }

  number(): number {
    const value = this.#value;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.#fail('number');
  }

  /** An integer of at least `least`, also where protobuf's JSON writes it as text. */
  integer(least: number): number {
    const value = this.#value;
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least) return number;
    return this.#fail(`integer of at least ${least}`);
  }

  oneOf<T>(choices: ReadonlyMap<unknown, T>): T {
    return choices.get(this.#value) ?? this.#fail(`one of ${[...choices.keys()].join(', ')}`);
  }

  /** An error about this place. */
  refusal(what: string): Error {
    return this.#refuse(`${this.#place} ${what}`);
  }

  no(kind: string): Error {
    return this.refusal(this.isThere ? `is no ${kind}` : 'is missing');
  }

  #fail(kind: string): never {
    throw this.no(kind);
  }

  #object(): object {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.no('object');
    return value;
  }

  #inside(value: unknown, key: string): Json {
    return new Json(value, `${this.#place}.${key}`, this.#refuse);
  }
}
