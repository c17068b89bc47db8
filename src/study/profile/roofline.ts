import type { Peaks } from './peaks.js';

/** What a node could take at best on this machine (Williams et al., "Roofline", Communications of the ACM 52, 2009). */
export interface Roof {
  /** Milliseconds that its arithmetic or its bytes take at least, whichever is more. */
  readonly milliseconds: number;
  /** Which of them that is; `overhead` where even a node that does nothing takes longer than both. */
  readonly bound: 'arithmetic' | 'memory' | 'overhead';
}

/**
 * @param macs multiply-accumulates of the node
 * @param bytes that it reads and writes
 */
export function roofOf(macs: number, bytes: number, peaks: Peaks): Roof {
  const arithmetic = macs / peaks.macsPerSecond;
  const memory = bytes / bandwidthAt(bytes, peaks.bandwidths);
  const seconds = Math.max(arithmetic, memory);
  if (seconds < peaks.secondsPerNode) return { milliseconds: 1000 * peaks.secondsPerNode, bound: 'overhead' };
  return { milliseconds: 1000 * seconds, bound: arithmetic >= memory ? 'arithmetic' : 'memory' };
}

/** How fast so many bytes can be moved: between two sizes that were measured, on the line between them over the logarithm. */
export function bandwidthAt(bytes: number, measured: Peaks['bandwidths']): number {
  const above = measured.findIndex((each) => each.bytes >= bytes);
  const [low, high] = [measured[above - 1], measured[above]];
  if (!high) return measured.at(-1)?.bytesPerSecond ?? Number.POSITIVE_INFINITY;
  if (!low) return high.bytesPerSecond;
  const share = Math.log(bytes / low.bytes) / Math.log(high.bytes / low.bytes);
  return low.bytesPerSecond + share * (high.bytesPerSecond - low.bytesPerSecond);
}
