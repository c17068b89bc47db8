import { expect, test } from 'vitest';
import { UnsupportedError } from '../../src/model/index.js';
import { expectEquivalent } from '../formats/tfjs/judge.js';
import { randomGraph } from './random-graph.js';

/** Seeds are fixed, so that a failure can be run again by its number. */
const SEEDS = Array.from({ length: 120 }, (_, i) => i + 1);
const LAYOUTS = ['nhwc', 'nchw'] as const;

let judged = 0;

test.each(SEEDS)('random network %i answers the same however its values lie', async (seed) => {
  for (const inputLayout of LAYOUTS) {
    try {
      await expectEquivalent(randomGraph(seed), { inputLayout, tolerance: 2e-5 });
      judged++;
    } catch (error) {
      // Refusing is allowed, for more axes than webgl has; answering wrongly never is.
      if (!(error instanceof UnsupportedError)) throw error;
      expect(error.message).toMatch(/axes/);
    }
  }
});

test('few of them are refused', () => {
  expect(judged).toBeGreaterThan(0.9 * SEEDS.length * LAYOUTS.length);
});
