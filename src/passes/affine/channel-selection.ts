import { type AffineMap, identityMap } from './affine-map.js';

/**
 * The map whose channel m is channel `picks[m]` of its source, and 0 where the source has no such channel: a slice of the
 * channels, or their place in a concatenation.
 */
export function selectionMap(inChannels: number, picks: readonly number[], spatialRank: number): AffineMap {
  return {
    ...identityMap(inChannels, spatialRank),
    outChannels: picks.length,
    groups: 1,
    depth: 1,
    weights: { kind: 'constant', make: () => ({ kernel: selection(inChannels, picks), bias: undefined }) },
  };
}

function selection(inChannels: number, picks: readonly number[]): Float64Array {
  const kernel = new Float64Array(picks.length * inChannels);
  for (const [m, channel] of picks.entries()) {
    if (channel >= 0 && channel < inChannels) kernel[m * inChannels + channel] = 1;
  }
  return kernel;
}
