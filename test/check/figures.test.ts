import { describe, expect, test } from 'vitest';
import { Comparison } from '../../src/check/comparison.js';
import { figuresOf, noiseOf } from '../../src/check/figures.js';
import { Spread } from '../../src/check/spread.js';
import { type Bar, judgeOutput, limitOf, remarksOn } from '../../src/check/verdict.js';
import { type DataType, Tensor } from '../../src/model/index.js';

const { NaN: NAN, POSITIVE_INFINITY: INF } = Number;
const BAR: Bar = { tolerance: 1e-5, isStrict: false, judgesClasses: false };

function compare(a: number[], b: number[], shape: number[] = [a.length], dtype: DataType = 'float64'): Comparison {
  const comparison = new Comparison();
  comparison.add(
    Tensor.from(dtype, shape, a),
    Tensor.from(dtype, b.length === a.length ? shape : [b.length], b),
    'trial',
  );
  return comparison;
}

function judge(comparison: Comparison, bar: Bar = BAR, noise: number | null = null) {
  const figures = figuresOf('y', comparison, noise, new Spread());
  return { figures, ...judgeOutput(figures, comparison, bar) };
}

describe('figures', () => {
  test('are those of the contract', () => {
    // a - b = 1, -1, 0; a.b = 3*2 + 4*5 + 0, lengths 5 and sqrt(29).
    expect(compare([3, 4, 0], [2, 5, 0]).difference()).toEqual({
      error: 1 / 4,
      l2: Math.sqrt(2) / 5,
      maxAbs: 1,
      meanAbs: 2 / 3,
      beyond: 2 / 3,
      cosine: 26 / (5 * Math.sqrt(29)),
      equal: null,
    });
  });

  test('go over all trials: the largest difference by the largest value', () => {
    const comparison = compare([1], [1.5]);
    comparison.add(Tensor.from('float64', [1], [10]), Tensor.from('float64', [1], [10]), 'second');
    expect(comparison.difference()).toMatchObject({ error: 0.05, maxAbs: 0.5, meanAbs: 0.25 });
  });

  test('leave out places where both sides have the same NaN or infinity', () => {
    const { figures, failures } = judge(compare([1, NAN, INF, -INF], [1, NAN, INF, -INF]));
    expect(figures).toMatchObject({ error: 0, maxAbs: 0, meanAbs: 0, cosine: 1 });
    expect(failures).toEqual([]);
  });

  test.each([
    [[1, NAN], [1, 2], 'it is 2 where the source is NaN, first at [1] (trial)'],
    [[1, 2], [NAN, 2], 'it is NaN where the source is 1, first at [0] (trial)'],
    [[INF, 0], [-INF, 0], 'it is -Infinity where the source is Infinity, first at [0] (trial)'],
  ])('of %j against %j: one side alone is NaN or infinite, which never passes', (a, b, message) => {
    expect(judge(compare(a, b), { ...BAR, tolerance: 1e9 }).failures).toEqual([message]);
  });

  test('where one side alone is NaN name the constant that makes it so', () => {
    const comparison = compare([1, NAN], [1, 2]);
    const figures = figuresOf('y', comparison, null, new Spread());
    expect(judgeOutput(figures, comparison, BAR, { suspect: () => 'the constant w holds NaN' }).failures).toEqual([
      'it is 2 where the source is NaN, first at [1] (trial): the constant w holds NaN',
    ]);
  });

  test('of an output that is nothing but NaN blame the source', () => {
    const comparison = compare([NAN, NAN], [NAN, NAN]);
    const figures = figuresOf('y', comparison, null, new Spread());
    expect(judgeOutput(figures, comparison, BAR, { suspect: () => 'the constant w holds NaN' }).failures).toEqual([
      'the source itself answers nothing but NaN: the constant w holds NaN',
    ]);
    expect(judgeOutput(figures, comparison, BAR, { suspect: () => undefined }).failures[0]).toContain('--inputs');
  });

  test.each([
    [[0, 0], 0],
    [[0, 1e-6], 0],
    [[0, 1e-3], 1],
  ])('of an all-zero source against %j judge maxAbs', (b, failures) => {
    const judged = judge(compare([0, 0], b));
    expect(judged.figures.error).toBeNull();
    expect(judged.figures.cosine).toBeNull();
    expect(judged.failures).toHaveLength(failures);
  });

  test('of an empty output ask for equal shapes alone', () => {
    expect(judge(compare([], [], [0, 3])).failures).toEqual([]);
    expect(judge(compare([], [1])).failures).toEqual(['its shape is [1], the source [0] (trial)']);
  });

  test.each<[DataType, number[], number[], number]>([
    ['int32', [1, 2, 3, 4], [1, 2, 3, 4], 1],
    ['int32', [1, 2, 3, 4], [1, 2, 3, 5], 0.75],
    ['bool', [1, 0], [1, 1], 0.5],
    ['uint8', [0], [0], 1],
  ])('of %s ask that all elements are equal: %j against %j', (dtype, a, b, equal) => {
    const { figures, failures } = judge(compare(a, b, [a.length], dtype));
    expect(figures).toMatchObject({ equal, error: null });
    expect(failures).toHaveLength(equal === 1 ? 0 : 1);
  });

  test('of int64 do not round: 2^53 and its neighbour differ', () => {
    const comparison = new Comparison();
    const tensor = (value: bigint) => Tensor.fromBigInts('int64', [1], [value]);
    comparison.add(tensor(2n ** 53n), tensor(2n ** 53n + 1n), 'trial');
    expect(comparison.difference().equal).toBe(0);
  });

  test('of an integer output that the artefact gives as a fraction find the difference', () => {
    const comparison = new Comparison();
    comparison.add(Tensor.ofShape([0]), Tensor.from('float32', [1], [0.5]), 'trial');
    expect(comparison.difference()).toMatchObject({ equal: 0, maxAbs: 0.5 });
  });

  test('of text compare the words', () => {
    const text = (...words: string[]) =>
      new Tensor(
        'string',
        [words.length],
        new Uint8Array(),
        words.map((word) => new TextEncoder().encode(word)),
      );
    const comparison = new Comparison();
    comparison.add(text('a', 'b'), text('a', 'c'), 'trial');
    expect(judge(comparison).failures).toEqual(['50 % of its elements differ, none may']);
  });
});

describe('top1', () => {
  const a = [0, 5, 1, /**/ 3, 2.9, 0];
  const b = [0, 4, 1, /**/ 2.9, 3, 0];

  test('is the share of rows whose largest class agrees', () => {
    expect(judge(compare(a, b, [2, 3])).figures.top1).toBe(0.5);
  });

  test('leaves out rows where the source leads by less than twice its noise', () => {
    // The second row leads by 0.1; 2 x 0.011 x 5 = 0.11.
    expect(judge(compare(a, b, [2, 3]), BAR, 0.011).figures.top1).toBe(1);
    expect(judge(compare(a, b, [2, 3]), BAR, 0.009).figures.top1).toBe(0.5);
  });

  test('stands on axis 1 of images as well', () => {
    // [N 1, C 2, H 1, W 2]: places choose classes 1, 0 and 1, 1.
    expect(judge(compare([0, 9, 1, 0], [0, 1, 1, 9], [1, 2, 1, 2])).figures.top1).toBe(0.5);
  });

  test('is judged on the inputs of a user only', () => {
    const comparison = compare(a, b, [2, 3]);
    expect(judge(comparison, { ...BAR, tolerance: 1 }).failures).toEqual([]);
    expect(judge(comparison, { ...BAR, tolerance: 1, judgesClasses: true }).failures).toEqual([
      'top1 0.500, asked 0.99',
    ]);
  });

  test('is not defined for other ranks', () => {
    expect(judge(compare([1, 2, 3], [1, 2, 3], [1, 1, 3])).figures.top1).toBeNull();
  });
});

describe('the largest error that passes', () => {
  test.each([
    [null, 1e-5],
    [1e-7, 1e-5],
    [1e-6, 2e-5],
    [1e-2, 1e-2],
  ])('at noise %s is %s', (noise, limit) => {
    expect(limitOf(BAR, noise)).toBeCloseTo(limit, 12);
  });

  test("is the user's tolerance, whatever the noise", () => {
    expect(limitOf({ ...BAR, tolerance: 1e-6, isStrict: true }, 1)).toBe(1e-6);
  });
});

describe('a source that does not reproduce itself', () => {
  const noisy = (error: number, noise: number, bar = BAR) => judge(compare([1], [1 + error]), bar, noise);

  test('leaves a difference within 20 times its noise undecided, where the noise is over 1e-2', () => {
    expect(noisy(0.2, 0.02)).toMatchObject({ isUndecided: true, failures: [] });
    expect(noisy(0.2, 0.009)).toMatchObject({ isUndecided: false, failures: ['error 2.0e-1, allowed 1.0e-2'] });
  });

  test('excuses nothing beyond that, and nothing under a tolerance of the user', () => {
    expect(noisy(0.5, 0.02).failures).toEqual(['error 5.0e-1, allowed 1.0e-2']);
    expect(noisy(0.2, 0.02, { ...BAR, isStrict: true }).failures).toEqual(['error 2.0e-1, allowed 1.0e-5']);
  });

  test('passes what is within its limit all the same', () => {
    expect(noisy(0.005, 0.02)).toMatchObject({ isUndecided: false, failures: [] });
  });
});

describe('an output of a Sigmoid', () => {
  const resolution = 20 * 2 ** -24;
  const sigmoid = (a: number[], b: number[]) => {
    const comparison = compare(a, b);
    const figures = figuresOf('y', comparison, null, new Spread());
    return judgeOutput(figures, comparison, BAR, { resolution });
  };

  test('has no difference below what it resolves, however small its answers are, and the line says so', () => {
    expect(sigmoid([1e-6], [2e-6])).toMatchObject({
      failures: [],
      reason: 'it differs by 1.0e-6, less than a Sigmoid resolves',
    });
    expect(sigmoid([1e-6], [2.3e-6]).failures).toEqual(['error 1.3e+0, allowed 1.0e-5']);
  });

  test('that passes by its error needs no other reason', () => {
    expect(sigmoid([0.5], [0.5 + 1e-6])).toMatchObject({ failures: [], reason: null });
  });

  test('differs from itself no more than it resolves, so that this is no noise', () => {
    expect(noiseOf([compare([1e-6], [2e-6])], resolution)).toBe(0);
    expect(noiseOf([compare([1e-6], [3e-6])], resolution)).toBeCloseTo(2);
  });
});

test('an output passes for another reason than its error: the reason is said', () => {
  expect(judge(compare([0], [1e-6])).reason).toBe('the source is 0 everywhere, and it is at most 1.0e-6');
  expect(judge(compare([], [], [0])).reason).toBe('it has no elements');
  expect(judge(compare([1], [1])).reason).toBeNull();
});

test('noise is the larger of the errors that are defined', () => {
  expect(noiseOf([compare([2], [1]), compare([4], [3]), compare([0], [0])])).toBe(0.5);
  expect(noiseOf([compare([0], [0])])).toBeNull();
});

describe('response', () => {
  const spreadOf = (...outputs: [setting: number, values: number[]][]) => {
    const spread = new Spread();
    for (const [setting, values] of outputs) spread.add(setting, Tensor.from('float64', [values.length], values));
    return spread.largest();
  };

  test('is the largest difference between any two trials', () => {
    expect(spreadOf([0, [1, 5]], [0, [2, 5]], [0, [4, 4]])).toBe(3);
  });

  test('compares trials of equal shapes alone', () => {
    expect(spreadOf([0, [1]], [1, [9]])).toBeNull();
    expect(spreadOf([0, [1]], [0, [9, 9]])).toBeNull();
  });
});

test('a weak check and an ill-conditioned network are said', () => {
  const figures = figuresOf('y', compare([1], [1]), 2e-3, new Spread());
  expect(remarksOn({ ...figures, response: 3e-2 }, 2e-2)).toEqual([
    'y hardly answers to its input (response 3.0e-2): this check is weak, give --inputs',
    'y is ill-conditioned: right runs of the source differ by 2.0e-3',
  ]);
  expect(remarksOn({ ...figures, noise: 1e-3, response: 4e-2 }, 2e-2)).toEqual([]);
});
