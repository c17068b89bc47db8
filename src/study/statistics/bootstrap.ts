import { Random } from '../../trials/random.js';

const RESAMPLES = 2000;
/** As seldom does a smaller sample say nothing, that is one pair several times, in which there is no coefficient. */
const LEAST = 0.5;

/**
 * The interval that holds the middle 95 % of what a figure comes to when pairs are drawn anew, with replacement: the percentile
 * bootstrap (Efron 1979). The same on every run. undefined where most draws have no such figure.
 */
export function bootstrapInterval(
  x: readonly number[],
  y: readonly number[],
  figure: (x: readonly number[], y: readonly number[]) => number,
  resamples = RESAMPLES,
): { readonly low: number; readonly high: number } | undefined {
  const random = new Random(1);
  const found: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const drawn = x.map(() => random.integer(x.length));
    const pick = (values: readonly number[]) => drawn.map((at) => values[at] ?? Number.NaN);
    const value = figure(pick(x), pick(y));
    if (!Number.isNaN(value)) found.push(value);
  }
  if (found.length < LEAST * resamples) return undefined;
  found.sort((a, b) => a - b);
  return { low: quantile(found, 0.025), high: quantile(found, 0.975) };
}

/** Between the two nearest of sorted values, as NumPy has it. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (place - Math.floor(place)) * (above - below);
}
