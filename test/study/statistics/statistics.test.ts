import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  bootstrapInterval,
  fitRelative,
  mad,
  median,
  pearson,
  predictLeftOut,
  probabilityOf,
  ranks,
  spearman,
} from '../../../src/study/statistics/index.js';

interface Correlated {
  readonly x: number[];
  readonly y: number[];
  readonly ranks: number[];
  readonly median: number;
  readonly mad: number;
  readonly spearman: number;
  readonly pearson: number;
  readonly spearmanP: number;
  readonly pearsonP: number;
  readonly low: number;
  readonly high: number;
}

interface Fitted {
  readonly rows: number[][];
  readonly targets: number[];
  readonly groups: string[];
  readonly coefficients: number[];
  readonly leftOut: number[];
}

/** Written by tools/statistics-cases.py: the answers are those of SciPy and NumPy. */
const lines = (name: string) =>
  fs
    .readFileSync(new URL(`${name}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
const correlations: Correlated[] = lines('correlations').map((line) => JSON.parse(line));
const fits: Fitted[] = lines('fits').map((line) => JSON.parse(line));

describe.each(correlations.map((each) => [each.x.length, each] as const))('of %i pairs', (n, each) => {
  test('median and median absolute deviation are those of NumPy and SciPy', () => {
    expect(median(each.x)).toBeCloseTo(each.median, 12);
    expect(mad(each.x)).toBeCloseTo(each.mad, 12);
  });

  test('ranks share places as in SciPy', () => {
    expect(ranks(each.x)).toEqual(each.ranks);
  });

  test("Spearman's and Pearson's coefficients and their probabilities are those of SciPy", () => {
    expect(spearman(each.x, each.y)).toBeCloseTo(each.spearman, 12);
    expect(pearson(each.x, each.y)).toBeCloseTo(each.pearson, 12);
    expect(probabilityOf(each.spearman, n)).toBeCloseTo(each.spearmanP, 12);
    expect(probabilityOf(each.pearson, n)).toBeCloseTo(each.pearsonP, 12);
  });

  test('a bootstrap interval is where that of SciPy is, up to the draws of both', () => {
    const found = bootstrapInterval(each.x, each.y, spearman, 4000);
    expect(Math.abs((found?.low ?? 9) - each.low)).toBeLessThan(0.05);
    expect(Math.abs((found?.high ?? 9) - each.high)).toBeLessThan(0.05);
  });
});

/** By mpmath 1.3: betainc((n - 2) / 2, 1 / 2, 0, 1 - r², regularized=True) */
test.each([
  [0.94, 58, 7.91556377085248e-28],
  [0.999, 58, 2.8124517888435616e-77],
  [0.5, 30, 0.0048999336670680904],
  [-0.97, 13, 4.2293030362512972e-8],
  [0.9, 3, 0.2871325862574125],
  [0.9, 4, 0.1],
])('how likely %f is of %i pairs has all of its digits, however small', (coefficient, n, expected) => {
  expect(probabilityOf(coefficient, n) / expected).toBeCloseTo(1, 10);
});

test('what is less likely than any number says is 0', () => {
  expect(probabilityOf(0.9999999, 300)).toBe(0);
  expect(probabilityOf(1, 10)).toBe(0);
});

describe.each(fits.map((each) => [each.rows.length, each] as const))('of %i cases', (_, each) => {
  test('coefficients that are not negative are those of SciPy', () => {
    const found = fitRelative(each);
    for (const [i, coefficient] of each.coefficients.entries()) {
      expect(Math.abs((found[i] ?? Number.NaN) - coefficient)).toBeLessThan(1e-8 * Math.max(...each.coefficients));
    }
  });

  test('a case is predicted by a fit in which none of its group is', () => {
    const found = predictLeftOut(each, each.groups);
    for (const [i, predicted] of each.leftOut.entries()) expect((found[i] ?? 0) / predicted).toBeCloseTo(1, 8);
  });
});

test('what is the same throughout goes with nothing', () => {
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
  expect(bootstrapInterval([1, 1, 1], [1, 2, 3], spearman)).toBeUndefined();
});

test('two pairs say nothing', () => {
  expect(probabilityOf(1, 2)).toBeNaN();
});

test('a column of zeros has the coefficient 0', () => {
  expect(fitRelative({ rows: [[2, 0]], targets: [4] })).toEqual([2, 0]);
});

test('none has no median, of two it is the mean', () => {
  expect(median([])).toBeNaN();
  expect(median([1, 4])).toBe(2.5);
});
