import { describe, expect, test } from 'vitest';
import { litert } from '../../../src/formats/litert/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { openModel } from '../../corpus/open-model.js';
import { allCases } from '../../corpus.js';
import { operators } from './judge.js';

const mobileOnes = allCases().filter(({ name }) => name.startsWith('mobileone_'));

function writtenOperators(path: string): Map<string, number> {
  const model = openModel(path);
  optimize(model);
  return operators(litert.lower(model, { withoutWeights: true }).program);
}

test('S0 is its convolutions and a head', () => {
  const [s0] = mobileOnes;
  expect(s0?.name).toMatch(/^mobileone_s0_/);
  const counts = writtenOperators(s0?.model ?? '');
  const { PAD: pads = 0, ...others } = Object.fromEntries(counts);
  expect(others).toEqual({ CONV_2D: 22, DEPTHWISE_CONV_2D: 21, MEAN: 1, RESHAPE: 1, FULLY_CONNECTED: 1 });
  expect(pads).toBeLessThanOrEqual(5);
});

describe('no MobileOne turns a tensor', () => {
  test.each(mobileOnes.map(({ name, model }) => [name, model] as const))('%s', (_, model) => {
    expect(writtenOperators(model).has('TRANSPOSE')).toBe(false);
  });
});
