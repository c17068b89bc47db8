import type { Precision } from '../formats/format.js';
import type { Comparison } from './comparison.js';
import type { Measure, OutputFigures, OutputVerdict } from './report.js';

/** Largest error that passes, by what the constants are rounded to; what tables cost only data can say. */
const TOLERANCES: Readonly<Record<Precision, number>> = { fp32: 1e-5, fp16: 2e-2, int8: 1e-1, pal6: 0, pal4: 0 };
/** Where the source itself is less certain than the tolerance, so much of its noise passes, up to a hundredth. */
const NOISE_FACTOR = 20;
const NOISE_CEILING = 1e-2;
const LOWEST_TOP1 = 0.99;
const ILL_CONDITIONED = 1e-3;

/** The largest `error` (see `OutputFigures`) that passes where the user asks for no other. */
export function toleranceOf(precision: Precision): number {
  return TOLERANCES[precision];
}

/** What an output is judged by. */
export interface Bar {
  /** `error` where nothing is said. */
  readonly measure?: Measure;
  readonly tolerance: number;
  /** Set by the user: then the noise of the source excuses nothing. */
  readonly isStrict: boolean;
  /** Whether classes are judged too: on a user's inputs; seeded noise has none. */
  readonly judgesClasses: boolean;
}

/** What is known of the source's output. */
export interface SourceFacts {
  /** Differences up to this are none. */
  readonly resolution?: number;
  /** Largest less smallest number that it can be, where its function has bounds. */
  readonly range?: number | undefined;
  /** Names the constant that makes the source answer NaN or infinity, where one is known. */
  readonly suspect?: (() => string | undefined) | undefined;
}

/** The largest error that passes. */
export function limitOf({ tolerance, isStrict, measure }: Bar, noise: number | null): number {
  return isStrict || measure === 'l2'
    ? tolerance
    : Math.max(tolerance, Math.min(NOISE_FACTOR * (noise ?? 0), NOISE_CEILING));
}

/** Judges one output over all trials. */
export function judgeOutput(
  figures: OutputFigures,
  compared: Comparison,
  bar: Bar,
  { resolution = 0, range, suspect = () => undefined }: SourceFacts = {},
): OutputVerdict {
  const limit = limitOf(bar, figures.noise);
  const fails = (...failures: string[]) => ({ limit, failures, reason: null, isUndecided: false });
  const passes = (reason: string | null = null) => ({ limit, failures: [], reason, isUndecided: false });
  if (compared.problems.length > 0) {
    const constant = suspect();
    return fails(...compared.problems.map((problem) => (constant ? `${problem}: ${constant}` : problem)));
  }
  if (compared.isEmpty) return passes('it has no elements');
  if (compared.isSourceAllNaN) {
    return fails(
      `the source itself answers nothing but NaN: ${suspect() ?? 'give inputs that it answers with --inputs'}`,
    );
  }
  if (!compared.isFloat) {
    return figures.equal === 1
      ? passes()
      : fails(`${percent(1 - (figures.equal ?? 0))} of its elements differ, none may`);
  }
  if (bar.measure === 'none') return passes('its figures are printed, not judged');
  const [measure, value] = measured(figures, compared, bar, range);
  const isNone = figures.maxAbs !== null && figures.maxAbs <= resolution;
  // Overflowing differences have no finite figure; a source of infinities alone, equal on both sides, has none to judge.
  const isWrong = !isNone && (value === null ? compared.hasFinite : value > limit);
  const isUndecided = isWrong && !bar.isStrict && value !== null && value <= NOISE_FACTOR * irreproducible(figures);
  const failures: string[] = [];
  if (isWrong && !isUndecided) failures.push(`${measure} ${show(value)}, allowed ${show(limit)}`);
  if (bar.judgesClasses && figures.top1 !== null && figures.top1 < LOWEST_TOP1) {
    failures.push(`top1 ${figures.top1.toFixed(3)}, asked ${LOWEST_TOP1}`);
  }
  if (failures.length > 0) return fails(...failures);
  if (isUndecided) return { limit, failures, reason: null, isUndecided };
  if (measure === 'maxAbs') return passes(`the source is 0 everywhere, and it is at most ${show(figures.maxAbs)}`);
  return passes(isNone && value !== null && value > limit ? belowResolution(figures) : null);
}

/** Noise beyond which the source does not reproduce itself; 0 where it does. */
function irreproducible({ noise }: OutputFigures): number {
  return noise !== null && noise > NOISE_CEILING ? noise : 0;
}

/** The figure that is judged, and its name. */
function measured(
  { maxAbs, error }: OutputFigures,
  compared: Comparison,
  { measure }: Bar,
  range: number | undefined,
): readonly [name: string, value: number | null] {
  const isZero = compared.isSourceAllZero && range === undefined;
  if (measure === 'l2' && !isZero) return ['l2', compared.pricedL2(range)];
  return compared.isSourceAllZero ? ['maxAbs', maxAbs] : ['error', error];
}

function belowResolution({ maxAbs }: OutputFigures): string {
  return `it differs by ${show(maxAbs)}, less than a Sigmoid resolves`;
}

/** What a reader should know of an output that passes or fails, a sentence each. */
export function remarksOn({ output, noise, response }: OutputFigures, tolerance: number): string[] {
  const remarks: string[] = [];
  if (response !== null && response < 2 * tolerance) {
    remarks.push(
      `${output} hardly answers to its input (response ${response.toExponential(1)}): this check is weak, give --inputs`,
    );
  }
  if (noise !== null && noise > ILL_CONDITIONED) {
    remarks.push(`${output} is ill-conditioned: right runs of the source differ by ${noise.toExponential(1)}`);
  }
  return remarks;
}

function show(value: number | null): string {
  return value?.toExponential(1) ?? 'beyond all numbers';
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`;
}
