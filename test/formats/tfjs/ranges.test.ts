import { describe, expect, test } from 'vitest';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import type { DataType, PlainAttribute } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { run } from './judge.js';

const INFINITE = [Number.NEGATIVE_INFINITY, -3, -0.25, 0, 0.25, 3, Number.POSITIVE_INFINITY];

/** What the written network answers in wasm. */
async function answers(
  operator: string,
  x: readonly number[],
  attributes: Readonly<Record<string, PlainAttribute>> = {},
  { dtype = 'float32', more }: { dtype?: DataType; more?: (n: Network) => ReturnType<Network['constant']>[] } = {},
): Promise<number[]> {
  const model = network((n) => n.node(operator, [n.input([x.length], dtype), ...(more?.(n) ?? [])], attributes));
  const found = await run(tfjs.lower(model, {}), new Map([['x', { shape: [x.length], data: x }]]));
  return Array.from([...found.values()][0]?.data ?? []);
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs((actual[i] ?? Number.NaN) - value);
    expect(error, `${actual[i]} for ${value}`).toBeLessThanOrEqual(2e-6 * Math.abs(value));
  });
}

describe('infinities stay what they are', () => {
  test.each([1, -1])('in a ReLU with the threshold %s', async (alpha) => {
    const found = await answers('ThresholdedRelu', INFINITE, { alpha: { float: alpha } });
    expect(found.map((value) => value + 0)).toEqual(INFINITE.map((x) => (x > alpha ? x : 0)));
  });

  test('in a Shrink', async () => {
    const found = await answers('Shrink', INFINITE, { lambd: { float: 0.5 }, bias: { float: 0.125 } });
    expect(found.map((value) => value + 0)).toEqual(
      INFINITE.map((x) => (x < -0.5 ? x + 0.125 : x > 0.5 ? x - 0.125 : 0)),
    );
  });
});

describe('what is computed on the way stays within float32', () => {
  const magnitudes = [1e-30, 1e-20, 1e-10, 1e-4, 0.5, 1, 3, 1e4, 1e10, 1e20, 1e30].map(Math.fround);

  test('in inverse hyperbolic functions', async () => {
    const both = [...magnitudes.map((x) => -x), 0, ...magnitudes];
    expectClose(await answers('Asinh', both), both.map(Math.asinh));
    const above = magnitudes.map((x) => Math.fround(1 + x));
    expectClose(await answers('Acosh', above), above.map(Math.acosh));
  });

  test.each([1, 2])('in a division by the norm %s', async (p) => {
    for (const scale of magnitudes) {
      const x = [3, -4, 12, 0].map((value) => value * scale);
      const expected = [3, -4, 12, 0].map((value) => value / (p === 1 ? 19 : 13));
      expectClose(await answers('LpNormalization', x, { p }), expected);
    }
    expect(await answers('LpNormalization', [0, 0, 0], { p })).toEqual([0, 0, 0]);
  });

  test.each(['LayerNormalization', 'RMSNormalization'])('in %s', async (operator) => {
    for (const scale of magnitudes) {
      const x = [3, -4, 12, 5].map((value) => Math.fround(value * scale));
      const mean = operator === 'RMSNormalization' ? 0 : x.reduce((sum, value) => sum + value, 0) / 4;
      const power = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
      const more = (n: Network) => [n.constant([1, 1, 1, 1])];
      const found = await answers(operator, x, { epsilon: { float: 1e-5 } }, { more });
      expectClose(
        found,
        x.map((value) => (value - mean) / Math.sqrt(power + Math.fround(1e-5))),
      );
    }
  });

  test('in a mean of large numbers', async () => {
    const x = [2e38, 3e38].map(Math.fround);
    const found = await answers('Mean', x, {}, { more: (n) => [n.constant(x)] });
    expectClose(found, x);
  });
});

describe('padding puts in integers that float32 does not hold', () => {
  const large = 2 ** 24 + 1;
  test.each([large, -large, 2 ** 31 - 1])('%s', async (value) => {
    const x = [5, -large, 2 ** 31 - 1];
    const more = (n: Network) => [n.integers([1, 2]), n.constant(value, [], 'int32')];
    expect(await answers('Pad', x, {}, { dtype: 'int32', more })).toEqual([value, ...x, value, value]);
  });
});
