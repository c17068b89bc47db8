import { expect, test } from 'vitest';
import { showBytes, showCount, showFactor, showFigure, showProbability } from '../../src/report/numbers.js';

test.each([
  [0, '0'],
  [9999, '9999'],
  [10_000, '10.0 k'],
  [10_078_312, '10.1 M'],
  [99_960, '100 k'],
  [999_499, '999 k'],
  [999_999, '1.0 M'],
  [2_079_000, '2.1 M'],
  [99_960_000, '100 M'],
  [275_000_000, '275 M'],
  [2_978_400_000, '2978 M'],
  [15_470_000_000, '15.5 G'],
  [null, 'unknown'],
])('%s is counted as %s', (count, shown) => {
  expect(showCount(count)).toBe(shown);
});

test.each([
  [999, '999 B'],
  [1000, '1.00 kB'],
  [999_999, '1.00 MB'],
  [22_150_001, '22.2 MB'],
])('%s bytes are shown as %s', (bytes, shown) => {
  expect(showBytes(bytes)).toBe(shown);
});

test('a factor and a figure that are not defined are left out', () => {
  expect([showFactor(6, 3), showFactor(null, 3), showFactor(1, 0)]).toEqual(['2.00x', '', '']);
  expect([showFigure(1.234e-6), showFigure(0), showFigure(null)]).toEqual(['1.2e-6', '0', '-']);
});

test('a probability is never told to be 0', () => {
  const shown = [0.5, 0.0421, 0.001, 9.4e-4, 7.9e-28, 1.2e-290, 0].map(showProbability);
  expect(shown).toEqual(['0.500', '0.042', '0.001', '9e-4', '8e-28', '1e-290', '< 1e-300']);
});
