import type { Dimension, Shape } from '../model/index.js';
import type { Builder } from './builder.js';

/** What a target has to be able to compute for its sizes. */
export type SizeBuilder<Ref> = Pick<Builder<Ref>, 'ints' | 'shapeOf' | 'reshape' | 'concat' | 'stridedSlice'>;

/** Sizes that are known only when the model runs: for each symbol, an axis of a result that has it, or an element that is it. */
export class Sizes<Ref> {
  readonly #build: SizeBuilder<Ref>;
  readonly #places = new Map<string, { readonly ref: Ref; readonly axis: number }>();
  readonly #elements = new Map<string, { readonly ref: Ref; readonly index: number }>();
  readonly #measured = new Map<string, Ref>();

  constructor(build: SizeBuilder<Ref>) {
    this.#build = build;
  }

  /** Remembers that `ref` has these sizes in memory; the first place of a symbol counts. */
  learn(ref: Ref, shape: Shape | undefined): void {
    shape?.forEach((size, axis) => {
      if (typeof size === 'string' && !this.#places.has(size)) this.#places.set(size, { ref, axis });
    });
  }

  /** Remembers that the integers in `ref`, of rank 0 or 1, are these sizes and numbers. */
  learnElements(ref: Ref, elements: readonly Dimension[] | undefined): void {
    elements?.forEach((element, index) => {
      if (typeof element === 'string' && !this.#elements.has(element)) this.#elements.set(element, { ref, index });
    });
  }

  /** Whether a symbol can be measured. */
  has(symbol: string): boolean {
    return this.#places.has(symbol) || this.#elements.has(symbol);
  }

  /** A shape as an int32 vector, computed where it has to be; undefined where a symbol is nowhere in the graph so far. */
  vector(shape: Shape): Ref | undefined {
    if (shape.every((size) => typeof size === 'number')) return this.#build.ints(shape.map(Number));
    const parts = this.#parts(shape);
    const known = parts.filter((part) => part !== undefined);
    return known.length === parts.length ? this.#build.concat(known, 0) : undefined;
  }

  /** Neighbouring numbers as one constant, symbols as measured; undefined where one cannot be. */
  #parts(shape: Shape): (Ref | undefined)[] {
    return runsOf(shape).map((run) => (typeof run === 'string' ? this.#measure(run) : this.#build.ints(run)));
  }

  /** Forgets what was computed, since the program lost it; it is computed anew when it is asked for. */
  forgetMeasured(): void {
    this.#measured.clear();
  }

  /** Reshapes to sizes of which one may be unknown at no cost; others are computed. */
  reshape(x: Ref, shape: Shape): Ref | undefined {
    const vector = this.vectorForReshape(shape);
    return vector && this.#build.reshape(x, vector);
  }

  /** The vector that a reshape takes, in which -1 may stand once for what is left. */
  vectorForReshape(shape: Shape): Ref | undefined {
    const unknown = shape.filter((size) => typeof size !== 'number').length;
    if (unknown <= 1 && (unknown === 0 || !shape.includes(0))) {
      const sizes = shape.map((size) => (typeof size === 'number' ? size : -1));
      return this.#build.ints(sizes);
    }
    const parts = this.#parts(shape);
    const missing = parts.filter((part) => part === undefined).length;
    if (missing > 1 || (missing > 0 && shape.includes(0))) return undefined;
    const sizes = parts.map((part) => part ?? this.#build.ints([-1]));
    return this.#build.concat(sizes, 0);
  }

  /** The size as an int32 vector of one element. */
  #measure(symbol: string): Ref | undefined {
    const known = this.#measured.get(symbol);
    if (known) return known;
    const size = this.#ofAxis(symbol) ?? this.#ofElement(symbol);
    if (size) this.#measured.set(symbol, size);
    return size;
  }

  #ofAxis(symbol: string): Ref | undefined {
    const place = this.#places.get(symbol);
    if (!place) return undefined;
    const shape = this.#build.shapeOf(place.ref);
    return this.#build.stridedSlice(shape, { begin: [place.axis], end: [place.axis + 1], strides: [1] });
  }

  #ofElement(symbol: string): Ref | undefined {
    const place = this.#elements.get(symbol);
    if (!place) return undefined;
    const vector = this.#build.reshape(place.ref, this.#build.ints([-1]));
    return this.#build.stridedSlice(vector, { begin: [place.index], end: [place.index + 1], strides: [1] });
  }
}

/** Neighbouring numbers together, symbols alone. */
function runsOf(shape: readonly Dimension[]): (string | number[])[] {
  const runs: (string | number[])[] = [];
  for (const size of shape) {
    const last = runs.at(-1);
    if (typeof size === 'string') runs.push(size);
    else if (Array.isArray(last)) last.push(size);
    else runs.push([size]);
  }
  return runs;
}
