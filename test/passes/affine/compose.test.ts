import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sampling } from '../../../src/passes/affine/affine-map.js';
import { identityMap, POINT } from '../../../src/passes/affine/affine-map.js';
import { compose, isRefused } from '../../../src/passes/affine/compose.js';
import { convolve, difference } from './convolve.js';
import { constantMap, image, mapBetween } from './maps.js';

const EXACT = 1e-12;

const channels = fc.constantFrom(1, 2, 4, 6);
const series = fc
  .tuple(channels, channels, channels)
  .chain(([c, k, m]) => fc.tuple(mapBetween(c, k), mapBetween(k, m), fc.integer({ min: 9, max: 17 })));

function square(axis: Partial<Sampling>): Sampling[] {
  return [
    { ...POINT, ...axis },
    { ...POINT, ...axis },
  ];
}

function conv(axis: Partial<Sampling>, bias: boolean, seed = 3) {
  return constantMap({ inChannels: 2, outChannels: 2, groups: 1, axes: square(axis), bias, seed });
}

test('two maps that compose answer like one after the other, border included, for every input size', () => {
  let composed = 0;
  fc.assert(
    fc.property(series, ([inner, outer, size]) => {
      const joint = compose(inner, outer);
      if (isRefused(joint)) return;
      const x = image(inner.inChannels, size, size + 1);
      const between = convolve(x, inner);
      if (between.data.length === 0) return;
      const y = convolve(between, outer);
      if (y.data.length === 0) return;
      composed++;
      expect(difference(y, convolve(x, joint))).toBeLessThan(EXACT);
    }),
    { numRuns: 2000, seed: 7 },
  );
  expect(composed).toBeGreaterThan(300);
});

test('a padded 3x3 after a biased 1x1 is refused: padding inserts 0, not the bias', () => {
  const result = compose(conv({}, true), conv({ kernel: 3, padBegin: 1, padEnd: 1 }, true));
  expect(result).toMatchObject({ refused: expect.stringMatching(/padding inserts 0/) });
});

test('a padded 3x3 after a padded 3x3 is refused: the first still reaches the image outside its output', () => {
  const padded = { kernel: 3, padBegin: 1, padEnd: 1 };
  expect(compose(conv(padded, false), conv(padded, false))).toMatchObject({ refused: expect.stringMatching(/reach/) });
});

test('a padded 3x3 after a fully padded 3x3 is one 5x5', () => {
  const joint = compose(
    conv({ kernel: 3, padBegin: 2, padEnd: 2 }, false),
    conv({ kernel: 3, padBegin: 1, padEnd: 1 }, true),
  );
  if (isRefused(joint)) throw new Error(joint.refused);
  expect(joint.axes[0]).toEqual({ kernel: 5, stride: 1, dilation: 1, padBegin: 3, padEnd: 3 });
});

test('the dilation of a 1x1 is no distance: a 1x1 dilated by 3 before a 3x3 dilated by 2 keeps dilation 2', () => {
  const joint = compose(conv({ dilation: 3 }, false), conv({ kernel: 3, dilation: 2 }, false));
  if (isRefused(joint)) throw new Error(joint.refused);
  expect(joint.axes[0]).toMatchObject({ kernel: 3, dilation: 2 });
});

test('groups meet at the coarsest grouping that both fit: 4 groups after 6 of 12 channels leave 2', () => {
  const grouped = (groups: number) =>
    constantMap({ inChannels: 12, outChannels: 12, groups, axes: square({}), bias: false, seed: groups });
  const joint = compose(grouped(6), grouped(4));
  if (isRefused(joint)) throw new Error(joint.refused);
  expect(joint.groups).toBe(2);
  const x = image(12, 3, 3);
  expect(difference(convolve(convolve(x, grouped(6)), grouped(4)), convolve(x, joint))).toBeLessThan(EXACT);
});

test('the identity changes nothing on either side', () => {
  const map = conv({ kernel: 3, padBegin: 1, padEnd: 1, stride: 2 }, true);
  const x = image(2, 8, 8);
  for (const joint of [compose(map, identityMap(2, 2)), compose(identityMap(2, 2), map)]) {
    if (isRefused(joint)) throw new Error(joint.refused);
    expect(difference(convolve(x, map), convolve(x, joint))).toBeLessThan(EXACT);
  }
});
