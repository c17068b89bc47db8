import { type DataType, formatShape, isFloat, sameShape, stridesOf, type Tensor } from '../model/index.js';
import { ArgMaxAgreement, type Rows } from './arg-max.js';
import { largestMagnitude } from './rounding.js';

/** Differences of one output, source `a` against artefact `b`, over all trials; null where it is not defined. */
export interface Difference {
  /** max abs(a-b) / max abs(a) */
  readonly error: number | null;
  /** Relative L2 norm: ||a-b|| / ||a|| */
  readonly l2: number | null;
  /** max abs(a-b) */
  readonly maxAbs: number | null;
  /** mean abs(a-b) */
  readonly meanAbs: number | null;
  /** Share of elements that are off by more than 2e-2 of the largest of their trial. */
  readonly beyond: number | null;
  /** Cosine of the angle between the flattened outputs. */
  readonly cosine: number | null;
  /** Share of equal elements, for what is not floating point. */
  readonly equal: number | null;
}

/** Rows of an output over all trials. */
export interface MovedRows {
  readonly rows: number;
  /** Those that hold an element which differs by more than rounding. */
  readonly moved: number;
}

/**
 * All that a comparison has gathered so far, as plain data: what several machines gathered can be added up. Numbers may be
 * infinite where differences or squares are beyond float64.
 */
export interface Sums {
  /** Why no figure can make this output right: another shape, NaN or infinity on one side alone. */
  readonly problems: string[];
  /** The source's element type, from the first pair. */
  dtype: DataType | undefined;
  count: number;
  finite: number;
  equal: number;
  nanOfSource: number;
  /** Largest magnitude of the source. */
  maxSource: number;
  maxDifference: number;
  sumDifference: number;
  /** Elements that are off by more than a share of the largest of their pair; see `BEYOND`. */
  beyond: number;
  squareDifference: number;
  dot: number;
  squareSource: number;
  squareArtefact: number;
  rows: number;
  movedRows: number;
  readonly classes: Rows;
}

function nothing(): Sums {
  return {
    problems: [],
    dtype: undefined,
    count: 0,
    finite: 0,
    equal: 0,
    nanOfSource: 0,
    maxSource: 0,
    maxDifference: 0,
    sumDifference: 0,
    beyond: 0,
    squareDifference: 0,
    dot: 0,
    squareSource: 0,
    squareArtefact: 0,
    rows: 0,
    movedRows: 0,
    classes: {},
  };
}

const MOST_PROBLEMS = 3;
/** Elements are counted that are off by more than this share of the largest. */
const BEYOND = 2e-2;

/** What is a sum over elements or rows. */
const ADDED = [
  'count',
  'finite',
  'equal',
  'nanOfSource',
  'sumDifference',
  'beyond',
  'squareDifference',
  'dot',
  'squareSource',
  'squareArtefact',
  'rows',
  'movedRows',
] as const;

const decoder = new TextDecoder();

/**
 * Gathers how an output differs, pair by pair. Both sides are read as float64. A place where both have the same NaN or
 * infinity counts as equal and stays out of the figures; one where they differ in that is a problem, whatever the rest says.
 */
export class Comparison {
  readonly sums = nothing();
  readonly classes = new ArgMaxAgreement(this.sums.classes);
  readonly #rowTolerance: number | undefined;

  /**
   * @param rowTolerance rows are counted: one has moved where an element differs by more than so much of the largest. A row
   * is of the last axis from rank 3 on, else an element
   */
  constructor({ rowTolerance }: { rowTolerance?: number | undefined } = {}) {
    this.#rowTolerance = rowTolerance;
  }

  /** Takes in what another comparison of the same output gathered after this one. */
  absorb(later: Sums): void {
    const { sums } = this;
    for (const problem of later.problems) this.#problem(problem);
    sums.dtype ??= later.dtype;
    sums.maxSource = Math.max(sums.maxSource, later.maxSource);
    sums.maxDifference = Math.max(sums.maxDifference, later.maxDifference);
    for (const key of ADDED) sums[key] += later[key];
    this.classes.absorb(later.classes);
  }

  get problems(): readonly string[] {
    return this.sums.problems;
  }

  get maxSource(): number {
    return this.sums.maxSource;
  }

  get dtype(): DataType | undefined {
    return this.sums.dtype;
  }

  get movedRows(): MovedRows | null {
    return this.#rowTolerance === undefined ? null : { rows: this.sums.rows, moved: this.sums.movedRows };
  }

  add(source: Tensor, artefact: Tensor, label: string): void {
    this.sums.dtype ??= source.dtype;
    if (!sameShape(source.shape, artefact.shape)) {
      const shapes = `${formatShape(artefact.shape)}, the source ${formatShape(source.shape)}`;
      this.#problem(`its shape is ${shapes} (${label})`);
    } else if (source.strings || artefact.strings) this.#addStrings(source, artefact);
    else if (isWide(source) && !isFloat(artefact.dtype)) this.#addIntegers(source, artefact);
    else this.#addNumbers(source, artefact, label);
    if (this.#rowTolerance !== undefined) this.#countRows(source, artefact, this.#rowTolerance);
  }

  /** Something that is wrong whatever the figures say. */
  fault(what: string, label: string): void {
    this.#problem(`${what} (${label})`);
  }

  #countRows(source: Tensor, artefact: Tensor, tolerance: number): void {
    const width = source.shape.length > 2 ? (source.shape.at(-1) ?? 1) : 1;
    if (source.strings || width === 0) return;
    const [a, b] = [source.toFloat64(), artefact.toFloat64()];
    const allowed = tolerance * a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let from = 0; from < a.length; from += width) {
      this.sums.rows++;
      // Written so that NaN differs.
      if (!a.subarray(from, from + width).every((value, i) => Math.abs(value - (b[from + i] ?? 0)) <= allowed))
        this.sums.movedRows++;
    }
  }

  get isFloat(): boolean {
    return isFloat(this.dtype);
  }

  /** Whether there was no element at all: shapes are then all there is to judge. */
  get isEmpty(): boolean {
    return this.sums.count === 0;
  }

  get hasFinite(): boolean {
    return this.sums.finite > 0;
  }

  get isSourceAllZero(): boolean {
    return this.sums.finite > 0 && this.maxSource === 0;
  }

  get isSourceAllNaN(): boolean {
    return this.sums.count > 0 && this.sums.nanOfSource === this.sums.count;
  }

  difference(): Difference {
    const angles = Math.sqrt(this.sums.squareSource) * Math.sqrt(this.sums.squareArtefact);
    return {
      error: this.isFloat ? quotient(this.sums.maxDifference, this.maxSource) : null,
      l2: this.isFloat ? quotient(Math.sqrt(this.sums.squareDifference), Math.sqrt(this.sums.squareSource)) : null,
      maxAbs: this.sums.finite > 0 ? finite(this.sums.maxDifference) : null,
      meanAbs: quotient(this.sums.sumDifference, this.sums.finite),
      beyond: this.isFloat ? quotient(this.sums.beyond, this.sums.finite) : null,
      cosine: clip(quotient(this.sums.dot, angles)),
      equal: this.isFloat ? null : quotient(this.sums.equal, this.sums.count),
    };
  }

  /**
   * Relative L2 norm as rounding is priced by it. Of a function with bounds the source's norm is taken as that of a quarter
   * of its range at least: what is near 0 everywhere has few digits that mean anything.
   * @param range largest less smallest number; undefined where there are no bounds
   */
  pricedL2(range = 0): number | null {
    const { squareDifference, squareSource, finite: count } = this.sums;
    if (squareDifference === 0) return 0;
    return quotient(Math.sqrt(squareDifference), Math.max(Math.sqrt(squareSource), (range / 4) * Math.sqrt(count)));
  }

  #addStrings(source: Tensor, artefact: Tensor): void {
    const [a = [], b = []] = [source.strings, artefact.strings];
    this.sums.count += a.length;
    a.forEach((text, i) => {
      if (decoder.decode(text) === decoder.decode(b[i])) this.sums.equal++;
    });
  }

  /** 64-bit integers, exactly: the figures may round, equality may not. */
  #addIntegers(source: Tensor, artefact: Tensor): void {
    const [a, b] = [source.toBigInts(), artefact.toBigInts()];
    a.forEach((value, i) => {
      const other = b[i] ?? 0n;
      if (value === other) this.sums.equal++;
      this.#measure(Number(value), Number(other));
    });
    this.sums.count += a.length;
  }

  #addNumbers(source: Tensor, artefact: Tensor, label: string): void {
    const [a, b] = [source.toFloat64(), artefact.toFloat64()];
    this.sums.count += a.length;
    const most = BEYOND * largestMagnitude(a);
    let firstMismatch = -1;
    for (let i = 0; i < a.length; i++) {
      const x = a[i] ?? 0;
      const y = b[i] ?? 0;
      if (x === y) this.sums.equal++;
      if (Number.isNaN(x)) this.sums.nanOfSource++;
      if (Number.isFinite(x) && Number.isFinite(y)) {
        this.#measure(x, y);
        if (Math.abs(x - y) > most) this.sums.beyond++;
      } else if (!Object.is(x, y) && firstMismatch < 0) firstMismatch = i;
    }
    if (firstMismatch >= 0) {
      const index = formatShape(
        stridesOf(source.shape).map((s, k) => Math.floor(firstMismatch / s) % (source.shape[k] ?? 1)),
      );
      this.#problem(`it is ${b[firstMismatch]} where the source is ${a[firstMismatch]}, first at ${index} (${label})`);
    }
    this.classes.add(source.shape, a, b);
  }

  #measure(x: number, y: number): void {
    const difference = Math.abs(x - y);
    this.sums.finite++;
    this.sums.maxSource = Math.max(this.sums.maxSource, Math.abs(x));
    this.sums.maxDifference = Math.max(this.sums.maxDifference, difference);
    this.sums.sumDifference += difference;
    this.sums.squareDifference += difference * difference;
    this.sums.dot += x * y;
    this.sums.squareSource += x * x;
    this.sums.squareArtefact += y * y;
  }

  /** The first of a kind says enough; thousands of trials may have the same. */
  #problem(text: string): void {
    if (this.sums.problems.length < MOST_PROBLEMS) this.sums.problems.push(text);
  }
}

/** Integers that a float64 may not hold. */
function isWide({ dtype }: Tensor): boolean {
  return dtype === 'int64' || dtype === 'uint64';
}

/** A quotient that JSON can hold; null where it is none. */
export function quotient(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : finite(numerator / denominator);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function clip(cosine: number | null): number | null {
  return cosine === null ? null : Math.min(1, Math.max(-1, cosine));
}
