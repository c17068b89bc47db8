import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { sizeOf } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { openModel } from '../../corpus/open-model.js';
import { type Case, digitsCases, fullSizeCases } from '../../corpus.js';
import { type Answer, difference, opened, operations, runPackage } from './judge.js';
import { readNpy } from './npy.js';

function row({ shape, data }: Answer, at: number): Answer {
  const length = sizeOf(shape.slice(1));
  return { shape: [1, ...shape.slice(1)], data: Array.from(data).slice(at * length, (at + 1) * length) };
}

function lowered(given: Case, precision: 'fp32' | 'fp16') {
  const model = openModel(given.model);
  optimize(model);
  return coreml.lower(model, { precision });
}

/** Largest difference from PyTorch's answers on three images. */
async function worstDifference(given: Case, precision: 'fp32' | 'fp16'): Promise<number> {
  const made = lowered(given, precision);
  const [input] = opened(made).inputs;
  const images = readNpy(given.input);
  let worst = 0;
  for (let i = 0; i < 3; i++) {
    const answers = await runPackage(made, new Map([[input?.sourceName ?? '', row(images, i)]]));
    for (const [output, path] of given.answers) {
      worst = Math.max(worst, difference(row(readNpy(path), i), answers.get(output)));
    }
  }
  return worst;
}

describe('the trained network, from every exporter, answers as PyTorch does when it is read back from its package', () => {
  test.each(digitsCases().map((given) => [given.name, given] as const))('%s', async (_, given) => {
    expect(await worstDifference(given, 'fp32')).toBeLessThanOrEqual(given.tolerance);
    expect(await worstDifference(given, 'fp16')).toBeLessThanOrEqual(2e-2);
  });

  test('and is the same operations as its re-parameterised export, whoever exported it', () => {
    const plain = digitsCases().filter(({ name }) => !name.includes('_se_'));
    const forms = plain.map((given) => JSON.stringify(operations(lowered(given, 'fp16'))));
    expect(new Set(forms).size).toBe(1);
  });
});

describe('MobileOne S0 is what coremltools makes of the network re-parameterised in PyTorch', () => {
  test.each(
    fullSizeCases()
      .filter(({ name }) => name.startsWith('mobileone_s0'))
      .map((given) => [given.name, given] as const),
  )('%s: 43 convolutions, 89 operations, and two casts in fp16', (_, given) => {
    const counts = { conv: 43, relu: 43, reduce_mean: 1, reshape: 1, linear: 1 };
    expect(operations(lowered(given, 'fp32'))).toEqual(counts);
    expect(operations(lowered(given, 'fp16'))).toEqual({ ...counts, cast: 2 });
  });
});
