import { allNodes, type Graph } from '../model/index.js';

/** Position of the variance among the operands of `BatchNormalization`. */
const VARIANCE = 4;
const LARGEST_RATIO = 1e6;

/**
 * Batch norms whose running variance no healthy training leaves, a sentence each: 0, negative, NaN, or over 1e6 times
 * another channel's. Such a network can answer one class only, and looks as if it was converted wrongly.
 */
export function suspectStatistics(graph: Graph): string[] {
  const notes: string[] = [];
  for (const node of allNodes(graph)) {
    const variance = node.is('BatchNormalization') ? node.constant(VARIANCE) : undefined;
    const problem = variance && problemOf(variance.toFloat64());
    if (problem) notes.push(`suspect statistics: the variance of ${node.label} ${problem}`);
  }
  return notes;
}

function problemOf(variance: Float64Array): string | undefined {
  let least = Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (let channel = 0; channel < variance.length; channel++) {
    const value = variance[channel] ?? 0;
    if (!(value > 0)) return problemAt(channel, value);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const ratio = greatest / least;
  return ratio > LARGEST_RATIO ? `differs by a factor of ${ratio.toExponential(1)} between channels` : undefined;
}

function problemAt(channel: number, value: number): string {
  if (Number.isNaN(value)) return `is NaN in channel ${channel}`;
  return value < 0 ? `is negative in channel ${channel} (${value.toPrecision(3)})` : `is 0 in channel ${channel}`;
}
