import type { DataType } from '../model/index.js';
import { type Comparison, type Difference, quotient } from './comparison.js';
import type { Spread } from './spread.js';

/** What is known of one output, for people and reports. Numbers are finite; null where a figure is not defined. */
export interface OutputFigures extends Difference {
  readonly output: string;
  readonly dtype: DataType;
  /** Share of rows whose arg-max agrees, undecided ones left out; for rank 2 and 4. */
  readonly top1: number | null;
  /** `error` between runs of the source that are both right. */
  readonly noise: number | null;
  /** How much the output answers to the input at all. */
  readonly response: number | null;
}

/**
 * @param compared source against artefact
 * @param noise see `noiseOf`
 * @param spread of the source's output over the trials
 */
export function figuresOf(output: string, compared: Comparison, noise: number | null, spread: Spread): OutputFigures {
  const response = spread.largest();
  return {
    output,
    dtype: compared.dtype ?? 'float32',
    ...compared.difference(),
    top1: compared.isFloat ? compared.classes.share(2 * (noise ?? 0) * compared.maxSource) : null,
    noise,
    response: response === null ? null : quotient(response, compared.maxSource),
  };
}

/**
 * The larger error of the comparisons of the source with itself; null where none is defined.
 * @param resolution differences up to this are none
 */
export function noiseOf(comparisons: readonly Comparison[], resolution = 0): number | null {
  const errors = comparisons.flatMap((comparison) => {
    const { error, maxAbs } = comparison.difference();
    return error !== null && maxAbs !== null && maxAbs <= resolution ? 0 : (error ?? []);
  });
  return errors.length > 0 ? Math.max(...errors) : null;
}
