import fc from 'fast-check';
import type { AffineMap, Sampling } from '../../../src/passes/affine/affine-map.js';
import type { Image } from './convolve.js';

/** Seeded numbers in [-1, 1), so that a failing case can be made again from its seed. */
export function numbers(count: number, seed: number): Float64Array {
  let state = seed >>> 0 || 1;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function image(channels: number, height: number, width: number, seed = 1): Image {
  return { shape: [channels, height, width], data: numbers(channels * height * width, seed) };
}

/** A map with constant weights. `bias` also says whether it has one. */
export function constantMap(parts: {
  inChannels: number;
  outChannels: number;
  groups: number;
  axes: readonly Sampling[];
  bias: boolean;
  seed: number;
}): AffineMap {
  const { inChannels, outChannels, groups, axes, bias, seed } = parts;
  const taps = axes.reduce((product, axis) => product * axis.kernel, 1);
  return {
    inChannels,
    outChannels,
    groups,
    axes,
    hasBias: bias,
    holdsConv: true,
    depth: 1,
    weights: {
      kind: 'constant',
      make: () => ({
        kernel: numbers((outChannels * inChannels * taps) / groups, seed),
        bias: bias ? numbers(outChannels, seed + 1) : undefined,
      }),
    },
  };
}

export const sampling: fc.Arbitrary<Sampling> = fc.record({
  kernel: fc.constantFrom(1, 1, 2, 3, 5),
  stride: fc.constantFrom(1, 1, 1, 2, 3),
  dilation: fc.constantFrom(1, 1, 2, 3),
  padBegin: fc.constantFrom(0, 0, 1, 2, 4, -1, -2),
  padEnd: fc.constantFrom(0, 0, 1, 2, 4, -1, -2),
});

/** A map from `inChannels` to `outChannels` with some grouping that fits both. */
export function mapBetween(inChannels: number, outChannels: number, axis = sampling): fc.Arbitrary<AffineMap> {
  const groups = [1, 2, 3, 4, 6].filter((g) => inChannels % g === 0 && outChannels % g === 0);
  return fc
    .record({
      groups: fc.constantFrom(...groups),
      rows: axis,
      columns: axis,
      bias: fc.boolean(),
      seed: fc.integer({ min: 1, max: 1e6 }),
    })
    .map(({ rows, columns, ...rest }) => constantMap({ inChannels, outChannels, axes: [rows, columns], ...rest }));
}
