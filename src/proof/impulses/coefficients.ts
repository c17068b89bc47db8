import { sizeOf, stridesOf } from '../../model/index.js';
import { counted, sums } from './linear-maps.js';
import { NotAffine } from './row.js';

/** One float32 rounding is half of this, as a share of the number. */
const ROUNDING = 2 ** -23;
/** What float64 leaves of numbers that cancel, as a share of the largest. */
const CANCELLED = 2 ** -48;
/** The smallest float32. */
const SMALLEST = 2 ** -149;

/** Two numbers that ought to be equal, and where they stand. */
export interface Difference {
  readonly source: number;
  readonly written: number;
  /** The element of the result. */
  readonly result: number;
  /** Which of the images of which operand it answers to; undefined: it is a bias. */
  readonly cause: { readonly operand: number; readonly places: Int32Array } | undefined;
}

/**
 * The coefficients of a result's elements, taken one after the other from both sides. A row is what has the same factors at every
 * position, an output channel as a rule: what float64 cannot resolve of it goes by its largest.
 */
export class Coefficients {
  readonly #rowOf: Int32Array;
  /** Largest magnitude of a coefficient, by row. */
  readonly #largest: Float64Array;
  /** By how much a coefficient differs more than one of its size may by itself, at most. */
  readonly #excess: Float64Array;
  readonly #worst: Difference[] = [];
  #rest: Difference | undefined;
  /** Sum of all differences, by element of the result. */
  readonly #sums: Float64Array;
  /** Largest difference, as a share of the coefficient. */
  largest = 0;

  /** @param positions axes of the result along which factors repeat */
  constructor(shape: readonly number[], positions: ReadonlySet<number>) {
    const own = shape.map((size, axis) => (positions.has(axis) ? 1 : size));
    const strides = stridesOf(own);
    this.#rowOf = sums(
      shape.map((size, axis) => counted(size, (i) => (positions.has(axis) ? 0 : i * (strides[axis] ?? 1)))),
    );
    this.#largest = new Float64Array(sizeOf(own));
    this.#excess = new Float64Array(sizeOf(own));
    this.#sums = new Float64Array(sizeOf(shape));
  }

  /** Largest difference of an element of the result for operands in [-1, 1]. */
  get bound(): number {
    return this.#sums.reduce((a, b) => Math.max(a, b), 0);
  }

  /**
   * Takes answers to impulses, of `images` results that follow one another.
   * @param magnitudes what the written numbers are sums of, by absolute values
   * @param causeOf of an image
   */
  take(
    source: Float64Array,
    written: Float64Array,
    magnitudes: Float64Array,
    images: number,
    causeOf: (image: number) => Difference['cause'],
  ): void {
    const size = this.#sums.length;
    for (let image = 0; image < images; image++) {
      for (let result = 0; result < size; result++) {
        const at = image * size + result;
        const a = source[at] ?? 0;
        const b = written[at] ?? 0;
        if (a === 0 && b === 0) continue;
        const row = this.#rowOf[result] ?? 0;
        const magnitude = Math.abs(magnitudes[at] ?? 0);
        if (magnitude > (this.#largest[row] ?? 0)) this.#largest[row] = magnitude;
        const excess = this.#excessOf(result, a, b, magnitude);
        if (excess <= (this.#excess[row] ?? 0)) continue;
        this.#excess[row] = excess;
        this.#worst[row] = { source: a, written: b, result, cause: causeOf(image) };
      }
    }
  }

  /** Counts a difference. @returns by how much it is more than that of a number of this magnitude may be */
  #excessOf(result: number, a: number, b: number, magnitude: number): number {
    const difference = Math.abs(a - b);
    if (difference === 0) return 0;
    this.#sums[result] = (this.#sums[result] ?? 0) + difference;
    if (difference > this.largest * magnitude && magnitude > 0) this.largest = difference / magnitude;
    return difference - ROUNDING * magnitude;
  }

  /**
   * Takes what the results are where all operands are 0. Call it last: such a sum is judged by the row's largest coefficient,
   * where that is larger than itself.
   */
  takeRest(source: Float64Array, written: Float64Array, magnitudes: Float64Array): void {
    source.forEach((a, result) => {
      const [b, row] = [written[result] ?? 0, this.#rowOf[result] ?? 0];
      const magnitude = Math.abs(magnitudes[result] ?? 0);
      const largest = Math.max(this.#largest[row] ?? 0, magnitude);
      const excess = this.#excessOf(result, a, b, magnitude);
      if (excess > CANCELLED * largest + SMALLEST) this.#rest ??= { source: a, written: b, result, cause: undefined };
    });
  }

  /** The worst of a row in which rounding does not explain all. @throws NotAffine where numbers are not finite */
  get difference(): Difference | undefined {
    if (!this.#sums.every(Number.isFinite)) throw new NotAffine('a coefficient is not finite');
    const row = this.#excess.findIndex((excess, i) => excess > CANCELLED * (this.#largest[i] ?? 0) + SMALLEST);
    return this.#worst[row] ?? this.#rest;
  }
}
