import { mad, median } from '../../median.js';

/** What of the time a change takes away, and how sure that is. */
export interface Gain {
  /** Share of the time before: 0.2 where it takes a fifth less. */
  readonly share: number;
  /** How far it may be off by the unrest of the machine: three standard errors of the middle of all turns. */
  readonly noise: number;
}

/** Less than this nobody would change a network for, and no machine is quiet enough to tell. */
const LEAST = 0.02;
/** A standard deviation by the median absolute deviation, and the error of a median by it, both for normal noise. */
const DEVIATION = 1.4826;
const OF_MEDIAN = 1.2533;

/** The gain over turns that were taken side by side, of which each is a pair. @returns undefined without such turns */
export function gainOf(before: readonly number[], after: readonly number[]): Gain | undefined {
  const count = Math.min(before.length, after.length);
  const shares = Array.from({ length: count }, (_, at) => 1 - (after[at] ?? 0) / (before[at] ?? 1));
  if (count === 0) return undefined;
  return { share: median(shares), noise: (3 * OF_MEDIAN * DEVIATION * mad(shares)) / Math.sqrt(count) };
}

/** Whether a gain is there beyond the noise, and worth a line. */
export function isGain({ share, noise }: Gain): boolean {
  return share > Math.max(LEAST, noise);
}
