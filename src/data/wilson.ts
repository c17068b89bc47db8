import type { ShareReport } from './report.js';

/** The normal distribution has 95 % within so many standard deviations. */
const DEVIATIONS = 1.959963984540054;

/**
 * A share of counted samples with Wilson's score interval (1927), in which the true share lies in 95 of 100 cases; it holds
 * for few samples, and for shares of 0 and 1.
 * @returns null where nothing was counted
 */
export function shareOf(count: number, total: number): ShareReport | null {
  if (total === 0) return null;
  const share = count / total;
  const z2 = DEVIATIONS ** 2 / total;
  const middle = (share + z2 / 2) / (1 + z2);
  const reach = Math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2);
  // What rounding leaves of bounds that are whole.
  return { share, low: count === 0 ? 0 : middle - reach, high: count === total ? 1 : middle + reach };
}
