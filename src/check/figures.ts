import { type Comparison, quotient } from './comparison.js';
import type { OutputFigures } from './report.js';
import type { Spread } from './spread.js';

/**
 * @param compared source against artefact
 * @param noise see `noiseOf`
 * @param spread of the source's output over the trials
 */
export function figuresOf(
  output: string,
  compared: Comparison,
  noise: number | null,
  spread: Pick<Spread, 'largest'>,
): OutputFigures {
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
