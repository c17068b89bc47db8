import { describe, expect, test } from 'vitest';
import { storedBytes, storeWeights } from '../../../src/formats/tfjs/precision.js';

/** What TensorFlow.js makes of a weight that is stored in steps: each times the scale, and the least added. */
function decoded(elements: readonly number[]) {
  const values = Float32Array.from(elements);
  const weight = { name: 'w', dtype: 'float32', shape: [values.length], elements: () => values, keepsPrecision: false };
  const [stored] = storeWeights([{ ...weight, dtype: 'float32' }], 'int8').weights;
  const quantization = stored?.quantization;
  if (!stored || quantization?.dtype !== 'uint8') throw new Error('it is stored in steps');
  const { scale, min } = quantization;
  return { scale, values: Array.from(storedBytes(stored), (step) => step * scale + min) };
}

const filled = (...ends: number[]) =>
  Array.from({ length: 100 }, (_, i) => ends[i] ?? (i % 2 ? 0 : (ends[0] ?? 0) / 3));

describe('weights in 256 steps', () => {
  test.each([
    ['of both signs', filled(-0.6481852531433105, 0.627428)],
    ['of which few are negative', filled(-1e-6, 1)],
    ['of which few are positive', filled(-1, 1e-6)],
    ['of which none is negative', filled(0, 0.3)],
    ['of which none is positive', filled(-0.7)],
    ['that are all 0', filled(0)],
  ])('%s hold 0 exactly, and every other within half a step', (_, elements) => {
    const { values, scale } = decoded(elements);
    const [low, high] = [Math.min(...elements), Math.max(...elements)];
    if (high > low) expect(scale).toBeLessThanOrEqual(((high - low) / 255) * (1 + 1 / 100));
    for (const [i, value] of values.entries()) {
      const element = Math.fround(elements[i] ?? 0);
      if (element === 0) expect(value).toBe(0);
      else expect(Math.abs(value - element)).toBeLessThanOrEqual(0.5 * scale * (1 + 1e-9));
    }
  });

  test.each([
    ['positive', 0.5, 0.75],
    ['negative', -0.75, -0.5],
  ])('that are all %s take the steps between their ends', (_, low, high) => {
    const { scale } = decoded(Array.from({ length: 64 }, (_each, i) => low + ((high - low) * i) / 63));
    expect(scale).toBeCloseTo((high - low) / 255, 9);
  });
});
