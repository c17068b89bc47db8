import { expect, test } from 'vitest';
import { convertSummary } from '../../src/commands/convert/summary.js';
import type { FiguresReport, JudgementReport, ModelReport } from '../../src/report/index.js';

const plain = (text: string) => text;
const colours = { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };

const figures: FiguresReport = {
  output: 'y',
  dtype: 'float32',
  error: 2.8e-5,
  l2: 1e-6,
  maxAbs: 1e-6,
  meanAbs: 1e-7,
  beyond: 0,
  cosine: 1,
  equal: null,
  top1: null,
  noise: 2.2e-6,
  response: 1,
  limit: 4.4e-5,
  failures: [],
  reason: null,
  isUndecided: false,
};

/** The lines of the check, for one output. */
function linesOf(change: Partial<FiguresReport>, tried: JudgementReport['tried']): string[] {
  const trials = tried.reduce((sum, group) => sum + group.trials, 0);
  const judgement: JudgementReport = {
    purpose: 'artefact',
    precision: 'fp32',
    measure: 'error' as const,
    tolerance: 1e-5,
    trials,
    tried,
    outputs: [{ ...figures, ...change }],
  };
  const model: ModelReport = {
    source: { path: 'm.onnx', bytes: 1, sha256: null, data: [], exporter: null, irVersion: 8, opset: 17 },
    exitCode: 0,
    error: null,
    inputs: [],
    outputs: [],
    before: null,
    after: null,
    fused: [],
    declined: [],
    notes: [],
    targets: [],
    nodes: null,
    diff: null,
    artefacts: [
      {
        target: 'onnx',
        path: 'm.fused.onnx',
        precision: 'fp32',
        written: true,
        bytes: 1,
        files: [],
        notes: [],
        check: { verdict: 'equivalent', engine: null, rounding: null, judgements: [judgement], notes: [], error: null },
        proof: null,
        parted: null,
      },
    ],
    candidates: [],
    stations: {},
  };
  return convertSummary(model, { colours, verbose: false }).trimEnd().split('\n').slice(-2);
}

const one = [{ trials: 3, inputs: [{ name: 'x', shape: [1, 3] }] }];

test('the limit that was applied stands beside the error, not the tolerance that it came from', () => {
  expect(linesOf({}, one)[1]).toBe('    y: error 2.8e-5, limit 4.4e-5, noise 2.2e-6');
});

test('the number of inputs tried is said, and at which sizes', () => {
  expect(linesOf({}, one)[0]).toBe('    answers like the source on 3 inputs of [1,3]');
  const two = [
    {
      trials: 3,
      inputs: [
        { name: 'x', shape: [1, 8] },
        { name: 'mask', shape: [8] },
      ],
    },
    {
      trials: 1,
      inputs: [
        { name: 'x', shape: [3, 5] },
        { name: 'mask', shape: [5] },
      ],
    },
  ];
  expect(linesOf({}, two)[0]).toBe(
    '    answers like the source on 4 inputs of x [1,8] with mask [8] and x [3,5] with mask [5]',
  );
});

test('an output that passes for another reason than its error says so', () => {
  const reason = 'it differs by 1.0e-6, less than a Sigmoid resolves';
  expect(linesOf({ error: 0.07, reason }, one)[1]).toBe(`    y: error 7.0e-2, limit 4.4e-5, noise 2.2e-6: ${reason}`);
});

test('an output that is no floating point shows the share of equal elements alone', () => {
  expect(linesOf({ error: null, equal: 1 }, one)[1]).toBe('    y: equal 1.000');
});
