import { expect, test } from 'vitest';
import { type Report, reportJson } from '../../src/report/index.js';

const EMPTY: Report = {
  tool: { name: 'mobileone', version: '1' },
  command: 'convert',
  exitCode: 0,
  verdict: 'not checked',
  milliseconds: 1,
  models: [],
  host: null,
  part: null,
};

test('a number that JSON cannot hold is a defect, not a silent null', () => {
  expect(() => reportJson({ ...EMPTY, milliseconds: Number.NaN })).toThrow(/milliseconds is NaN/);
  expect(() => reportJson({ ...EMPTY, milliseconds: Number.POSITIVE_INFINITY })).toThrow(/milliseconds/);
});

test('an operator called __proto__ is counted', () => {
  const operators = Object.fromEntries([['__proto__', 2]]);
  const counts = { nodes: 2, operators, parameters: 0, multiplyAccumulates: null, weightBytes: 0 };
  const model = { before: counts } as unknown as Report['models'][number];
  expect(reportJson({ ...EMPTY, models: [model] })).toContain('"__proto__": 2');
});
