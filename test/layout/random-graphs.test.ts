import { expect, test } from 'vitest';
import { UnsupportedError } from '../../src/model/index.js';
import { expectEquivalent } from '../formats/tfjs/judge.js';
import { randomGraph } from './random-graph.js';

/** Seeds are fixed, so that a failure can be run again by its number. */
const SEEDS = Array.from({ length: 120 }, (_, i) => i + 1);

test.each(SEEDS)('random network %i answers the same however its values lie', async (seed) => {
  const judge = (inputLayout: 'nchw' | 'nhwc') => expectEquivalent(randomGraph(seed), { inputLayout, tolerance: 2e-5 });
  for (const layout of ['nhwc', 'nchw'] as const) {
    try {
      await judge(layout);
    } catch (error) {
      // Refusing is allowed, for more axes than webgl has; answering wrongly never is.
      if (!(error instanceof UnsupportedError)) throw error;
      expect(error.message).toMatch(/axes/);
    }
  }
});
