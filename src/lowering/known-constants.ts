interface Known<Ref> {
  readonly ref: Ref;
  readonly elements: () => ArrayLike<number>;
}

/**
 * Constants of the source that a program has already: one that several nodes read, as heads that are shared between levels do
 * with their weights, is stored once.
 */
export class KnownConstants<Ref> {
  readonly #known = new Map<string, Known<Ref>[]>();

  /**
   * The one that has these elements, else a new one. Elements are only looked at where one was asked for under the same name.
   * @param like which value of the source it is, and in what type and sizes; it may lie in another order there
   * @param elements made once, however often they are asked for
   */
  of(like: string, elements: () => ArrayLike<number>, make: () => Ref): Ref {
    const known = this.#known.get(like) ?? [];
    const same = known.find((each) => areSame(each.elements(), elements()));
    if (same) return same.ref;
    const ref = make();
    this.#known.set(like, [...known, { ref, elements }]);
    return ref;
  }
}

/** Whether they are the same numbers, signs of zeros included. */
function areSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
