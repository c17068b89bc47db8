import type { Precision } from '../formats/format.js';
import type { Comparison } from './comparison.js';
import type { OutputFigures } from './figures.js';

/** Largest error that passes, by what the constants are rounded to. */
const TOLERANCES: Readonly<Record<Precision, number>> = { fp32: 1e-5, fp16: 2e-2, uint8: 1e-1 };
/** Where the source itself is less certain than the tolerance, so much of its noise passes, up to a hundredth. */
const NOISE_FACTOR = 20;
const NOISE_CEILING = 1e-2;
const LOWEST_TOP1 = 0.99;
const ILL_CONDITIONED = 1e-3;

export function toleranceOf(precision: Precision): number {
  return TOLERANCES[precision];
}

/** What an output is judged by. */
export interface Bar {
  readonly tolerance: number;
  /** Set by the user: then the noise of the source excuses nothing. */
  readonly isStrict: boolean;
  /** Whether classes are judged too: on a user's inputs; seeded noise has none. */
  readonly judgesClasses: boolean;
}

/** The largest error that passes. */
export function limitOf({ tolerance, isStrict }: Bar, noise: number | null): number {
  return isStrict ? tolerance : Math.max(tolerance, Math.min(NOISE_FACTOR * (noise ?? 0), NOISE_CEILING));
}

/**
 * Why an output is not equivalent, a clause each; none where it is.
 * @param suspect names the constant that makes the source answer NaN or infinity, where one is known
 */
export function failuresOf(
  figures: OutputFigures,
  compared: Comparison,
  bar: Bar,
  suspect: () => string | undefined,
): string[] {
  if (compared.problems.length > 0) {
    const constant = suspect();
    return compared.problems.map((problem) => (constant ? `${problem}: ${constant}` : problem));
  }
  if (compared.isEmpty) return [];
  if (compared.isSourceAllNaN) {
    return [`the source itself answers nothing but NaN: ${suspect() ?? 'give inputs that it answers with --inputs'}`];
  }
  if (!compared.isFloat) {
    return figures.equal === 1 ? [] : [`${percent(1 - (figures.equal ?? 0))} of its elements differ, none may`];
  }
  const failures: string[] = [];
  const limit = limitOf(bar, figures.noise);
  const [measure, value] = compared.isSourceAllZero ? ['maxAbs', figures.maxAbs] : ['error', figures.error];
  // Overflowing differences have no finite figure; a source of infinities alone, equal on both sides, has none to judge.
  const isWrong = value === null ? compared.hasFinite : value > limit;
  if (isWrong)
    failures.push(`${measure} ${value?.toExponential(1) ?? 'beyond all numbers'}, allowed ${limit.toExponential(1)}`);
  if (bar.judgesClasses && figures.top1 !== null && figures.top1 < LOWEST_TOP1) {
    failures.push(`top1 ${figures.top1.toFixed(3)}, asked ${LOWEST_TOP1}`);
  }
  return failures;
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

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`;
}
