import { mad, median } from '../../median.js';
import type { Latency } from './measure.js';

/** Above this, differences of a few percent mean nothing. */
export const NOISY = 0.05;

/**
 * How far turns of one network lie apart, as a share of their median: the median of that over all that was timed. Turns of one
 * network have nothing between them but the other networks, so that is the machine's own unrest. undefined where nothing had
 * two turns.
 */
export function noiseOf(latencies: readonly Latency[]): number | undefined {
  const spreads = latencies.flatMap(({ turns }) => (turns.length > 1 ? [mad(turns) / median(turns)] : []));
  return spreads.length > 0 ? median(spreads) : undefined;
}
