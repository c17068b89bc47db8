import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { classRows } from '../../src/check/class-row.js';
import { Comparison } from '../../src/check/comparison.js';
import { unmetBudget } from '../../src/data/budgets.js';
import { type DataFacts, DataFigures, type SampleFigures } from '../../src/data/figures.js';
import { Tensor } from '../../src/model/index.js';

/** A sample of rows of three classes, as reference and candidate answer. */
function sample(label: string, a: readonly number[], b: readonly number[], truth: number | null = null): SampleFigures {
  const [source, artefact] = [a, b].map((row) => Tensor.from('float32', [1, row.length], row));
  if (!source || !artefact) throw new Error('two rows');
  const comparison = new Comparison();
  comparison.add(source, artefact, label);
  return {
    index: 0,
    label,
    truth,
    sha256: label.padEnd(64, '0'),
    outputs: [comparison.sums],
    classes: [classRows(source, artefact)],
  };
}

const facts = { labels: ['ape', 'cat', 'dog'], noise: [0], preprocessing: null };

function dataFigures(samples: readonly SampleFigures[], known: DataFacts) {
  const figures = new DataFigures();
  for (const each of samples) figures.add(each);
  return figures.report(known);
}

const SAMPLES = [
  sample('a.png', [8, 0, 0], [8, 0, 0], 0),
  sample('b.png', [0, 8, 0], [0, 7, 0], 1),
  sample('c.png', [0, 4, 4.5], [0, 4.5, 4], 2),
  sample('d.png', [1, 0, 8], [1, 0, 8.5], 0),
];

test('top-1 is how often the first choice is the class, of each side, and top-5 how often one of five is', () => {
  const { top1, top5, reference } = dataFigures(SAMPLES, facts);
  expect(top1?.share).toBe(2 / 4);
  expect(reference.top1?.share).toBe(3 / 4);
  expect(reference.top5?.share).toBe(1);
  expect(top5?.share).toBe(1);
  expect(top1?.low).toBeLessThan(0.5);
});

test('without classes there is agreement alone, and over those that the reference decides on', () => {
  const samples = SAMPLES.map((each) => ({ ...each, truth: null }));
  const { top1, reference, agreement, decided, decidedAgreement } = dataFigures(samples, facts);
  expect([top1, reference.top1, reference.top5]).toEqual([null, null, null]);
  expect(agreement?.share).toBe(3 / 4);
  expect([decided, decidedAgreement?.share]).toEqual([4, 3 / 4]);
  // A noise of 0.04 of the largest, 8: leads under 0.64 are undecided.
  const noisy = dataFigures(samples, { ...facts, noise: [0.04] });
  expect([noisy.decided, noisy.decidedAgreement?.share]).toEqual([3, 1]);
});

test("the change of confidence is that of the reference's class, and the divergence is in nats", () => {
  // Probabilities of two classes that are e^x / (e^x + 1).
  const logistic = (x: number) => 1 / (1 + Math.exp(-x));
  const [p, q] = [logistic(2), logistic(1)];
  const { confidenceShift, kl } = dataFigures([sample('x', [2, 0], [1, 0])], facts);
  expect(confidenceShift).toBeCloseTo(q - p, 12);
  expect(kl).toBeCloseTo(p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)), 12);
  const shares = dataFigures([sample('x', [0.75, 0.25], [0.5, 0.5])], facts);
  expect(shares.confidenceShift).toBe(-0.25);
  expect(shares.kl).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 12);
});

test('the worst samples are named with what each side chooses; equal ones are not among them', () => {
  const { worst } = dataFigures(SAMPLES, facts);
  expect(worst).toEqual([
    { sample: 'b.png', error: 1 / 8, reference: 'cat', candidate: 'cat' },
    { sample: 'c.png', error: 0.5 / 4.5, reference: 'dog', candidate: 'cat' },
    { sample: 'd.png', error: 0.5 / 8, reference: 'dog', candidate: 'dog' },
  ]);
  const many = Array.from({ length: 30 }, (_, k) => sample(`${k}`, [8, 0, 0], [8 - k / 30, 0, 0]));
  expect(dataFigures(many, facts).worst.map(({ sample: name }) => name)).toEqual([
    '29',
    '28',
    '27',
    '26',
    '25',
    '24',
    '23',
    '22',
    '21',
    '20',
  ]);
});

test('a sample on which only one side is finite is worst, without a figure', () => {
  const broken = sample('nan.png', [8, 0, 0], [Number.NaN, 0, 0]);
  expect(dataFigures([...SAMPLES, broken], facts).worst[0]).toEqual({
    sample: 'nan.png',
    error: null,
    reference: null,
    candidate: null,
  });
});

test('an output without classes has its worst samples, and no shares', () => {
  const figures = dataFigures([sample('x', [1], [2])], facts);
  expect(figures).toMatchObject({ samples: 1, decided: 0, agreement: null, confidenceShift: null, kl: null });
  expect(figures.worst).toEqual([{ sample: 'x', error: 1, reference: null, candidate: null }]);
});

test('the hash is of names and bytes of all samples, in their order', () => {
  const text = SAMPLES.map(({ label, sha256 }) => `${sha256} ${label}\n`).join('');
  expect(dataFigures(SAMPLES, facts).sha256).toBe(createHash('sha256').update(text).digest('hex'));
});

describe('a budget', () => {
  const figures = dataFigures(SAMPLES, facts);

  test('of points of top-1 is not met where more are lost', () => {
    expect(unmetBudget(figures, { maxDrop: 24.9 })).toMatchObject({
      exitCode: 7,
      what: 'top-1 falls by 25.00 points, from 75.00 % to 50.00 %; --max-drop is 24.9',
    });
    expect(unmetBudget(figures, { maxDrop: 25 })).toBeUndefined();
  });

  test('of agreement is not met where fewer decided samples agree', () => {
    expect(unmetBudget(figures, { minAgreement: 0.76 })).toMatchObject({
      exitCode: 7,
      what: 'it agrees with the reference on 75.00 % of 4 decided samples; --min-agreement is 0.76',
    });
    expect(unmetBudget(figures, { minAgreement: 0.75 })).toBeUndefined();
  });

  test('cannot be met where nothing has classes', () => {
    const bare = dataFigures([sample('x', [1], [2], 0)], facts);
    expect(unmetBudget(bare, { maxDrop: 100 })?.exitCode).toBe(7);
    expect(unmetBudget(bare, { minAgreement: 0 })?.exitCode).toBe(7);
  });
});
