import { expect, test } from 'vitest';
import { tableOf } from '../../../src/formats/coreml/lower/table.js';

const errorOf = (values: readonly number[], table: readonly number[]) =>
  values.reduce((sum, value) => sum + Math.min(...table.map((entry) => (entry - value) ** 2)), 0);

/** The least error of all ways to cut sorted numbers into so many runs. */
function leastError(sorted: readonly number[], runs: number): number {
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  if (runs === 1) return errorOf(sorted, [mean]);
  const cuts = Array.from({ length: sorted.length - 1 }, (_, i) => i + 1);
  return Math.min(
    errorOf(sorted, [mean]),
    ...cuts.map((cut) => leastError(sorted.slice(0, cut), 1) + leastError(sorted.slice(cut), runs - 1)),
  );
}

test.each([
  ['heavy at one end', [0, 0.1, 0.11, 0.12, 0.13, 0.14, 0.5, 0.9, 3, 8]],
  ['on both sides of 0', [-5, -4.9, -1, -0.1, 0, 0.05, 0.1, 2, 2.1, 9]],
])('no table has a smaller error: numbers %s', (_, numbers) => {
  const values = Float32Array.from(numbers);
  const exact = Array.from(values);
  for (const size of [2, 3, 4]) {
    expect(errorOf(exact, tableOf(values, size, (value) => value).table)).toBeCloseTo(leastError(exact, size), 12);
  }
});

test('of more numbers than are told apart the error is that of the best table, nearly', () => {
  // Of an even spread over [0, 1] the best table of 16 is even, too: the error is 1 / (12 x 16 x 16) each.
  const values = Float32Array.from({ length: 50_000 }, (_, i) => (i * 0.6180339887) % 1);
  const { table, indexOf } = tableOf(values, 16, Math.fround);
  const error = values.reduce((sum, value) => sum + (value - (table[indexOf(value)] ?? 0)) ** 2, 0) / values.length;
  expect(error * 12 * 16 * 16).toBeCloseTo(1, 2);
});

test('fewer numbers than entries are held as they are', () => {
  const { table, indexOf } = tableOf(Float32Array.of(2, 1, 2, 1), 16, (value) => value);
  expect(table).toHaveLength(16);
  expect([2, 1].map((value) => table[indexOf(value)])).toEqual([2, 1]);
});

test('what is 0 in many places stays 0, and costs little', () => {
  const values = Float32Array.from({ length: 2000 }, (_, i) => (i % 10 === 0 ? 0 : ((i * 0.6180339887) % 1) - 0.3));
  const exact = Array.from(values);
  const { table, indexOf } = tableOf(values, 16, Math.fround);
  expect([0, -0].map((value) => table[indexOf(value)])).toEqual([0, 0]);
  // A mean at every sixteenth of the span, of which one moved to 0 by half of that at most.
  expect(errorOf(exact, table) / exact.length).toBeLessThan((1 / (12 * 16 * 16)) * 1.1);
});

test('a single 0 is a number as any other', () => {
  const values = Float32Array.from({ length: 2000 }, (_, i) => (i === 0 ? 0 : ((i * 0.6180339887) % 1) + 0.001));
  const { table, indexOf } = tableOf(values, 16, Math.fround);
  expect(table[indexOf(0)]).toBeGreaterThan(0);
});
