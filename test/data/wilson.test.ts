import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOf } from '../../src/data/wilson.js';

/** 95 % of a normal distribution, from tables. */
const Z = 1.959964;

test('the bounds are the shares from which what was counted is just 1.96 deviations away', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (total, part) => {
      const { share, low, high } = shareOf(Math.round(part * total), total) ?? { share: -1, low: -1, high: -1 };
      expect(low).toBeLessThanOrEqual(share + 1e-12);
      expect(high).toBeGreaterThanOrEqual(share - 1e-12);
      for (const bound of [low, high]) {
        const deviation = Math.sqrt((bound * (1 - bound)) / total);
        if (bound > 1e-12 && bound < 1 - 1e-12) expect(Math.abs(share - bound)).toBeCloseTo(Z * deviation, 6);
      }
    }),
  );
});

test('nothing of ten leaves 28 %, and nothing counted leaves nothing to say', () => {
  // z^2 / (n + z^2)
  expect(shareOf(0, 10)).toMatchObject({ share: 0, low: 0, high: expect.closeTo(Z ** 2 / (10 + Z ** 2), 6) });
  expect(shareOf(10, 10)).toMatchObject({ share: 1, high: 1, low: expect.closeTo(10 / (10 + Z ** 2), 6) });
  expect(shareOf(0, 0)).toBeNull();
});
