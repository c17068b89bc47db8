import { expect, test } from 'vitest';
import { Comparison, type Sums } from '../../src/check/index.js';
import { Tensor } from '../../src/model/index.js';
import { Findings } from '../../src/verification/findings.js';
import type { SampleRecord } from '../../src/verification/record.js';

const vector = (values: readonly number[]) => Tensor.from('float32', [1, values.length], values);

function sumsOf(a: readonly number[], b: readonly number[]): Sums {
  const comparison = new Comparison();
  comparison.add(vector(a), vector(b), 'sample');
  return comparison.sums;
}

/** One output and one candidate. Sums of float32 numbers as small as these are exact. */
function record(index: number, more: Partial<SampleRecord> = {}): SampleRecord {
  return {
    draw: 0,
    index,
    label: `sample ${index}`,
    sha256: null,
    inputs: [{ name: 'x', shape: [1, 2] }],
    truth: null,
    candidates: [],
    self: [],
    response: null,
    ...more,
  };
}

const tried = (a: readonly number[], b: readonly number[]) => ({ outputs: [sumsOf(a, b)], own: null, classes: [[]] });

function findingsOf(records: readonly SampleRecord[]): Findings {
  const findings = new Findings({ candidates: [0], outputs: [0] });
  for (const each of records) findings.add(each);
  return findings;
}

test('samples are added up as if all were one output', () => {
  const findings = findingsOf([
    record(0, { candidates: [tried([4, -2], [4, -1])] }),
    record(1, { candidates: [tried([8, 0], [8.5, 0])] }),
  ]);
  const [candidate] = findings.draws[0]?.candidates ?? [];
  expect(candidate?.trials).toBe(2);
  // Of [4, -2, 8, 0] against [4, -1, 8.5, 0].
  expect(candidate?.outputs[0]?.difference()).toMatchObject({
    maxAbs: 1,
    error: 1 / 8,
    meanAbs: 1.5 / 4,
  });
  expect(candidate?.outputs[0]?.difference().l2).toBeCloseTo(Math.sqrt(1.25 / 84), 12);
});

test('a candidate that was not tried on a sample loses nothing by it', () => {
  const findings = findingsOf([record(0, { candidates: [null] }), record(1, { candidates: [tried([2, 2], [2, 1])] })]);
  const [candidate] = findings.draws[0]?.candidates ?? [];
  expect(candidate?.trials).toBe(1);
  expect(candidate?.outputs[0]?.difference().error).toBe(1 / 2);
});

test('noise is the larger error of the ways in which the reference is run again, each over all samples', () => {
  const findings = findingsOf([
    record(0, { self: [[sumsOf([1, 1], [1, 1.5])], [sumsOf([1, 1], [1.25, 1])]] }),
    record(1, { self: [[sumsOf([4, 1], [4, 1])]] }),
  ]);
  const [draw] = findings.draws;
  // The first way is off by 0.5 of 4, the second by 0.25 of 1.
  expect(draw?.noise(0, 0)).toBe(1 / 4);
  expect(draw?.noise(0, 0.3)).toBe(1 / 8);
  expect(draw?.noise(0, 0.5)).toBe(0);
});

test('the response is the largest of all groups; one that knows none says nothing', () => {
  const findings = findingsOf([record(0, { response: [null] }), record(1), record(2, { response: [3] })]);
  expect(findingsOf([record(0, { response: [null] })]).draws[0]?.response(0)).toBeNull();
  expect(findings.draws[0]?.response(0)).toBe(3);
  expect(findingsOf([record(0, { response: [5] }), record(1, { response: [3] })]).draws[0]?.response(0)).toBe(5);
});

test('draws are kept apart, in their order, and sizes are counted', () => {
  const other = { name: 'x', shape: [3, 2] };
  const findings = findingsOf([
    record(0, { draw: 1, candidates: [tried([1, 1], [1, 2])] }),
    record(0, { candidates: [tried([1, 1], [1, 1])] }),
    record(1, { candidates: [tried([1, 1], [1, 1])] }),
    record(2, { candidates: [tried([1, 1], [1, 1])], inputs: [other] }),
  ]);
  expect(findings.draws.map(({ candidates: [only] }) => only?.outputs[0]?.difference().error)).toEqual([0, 1]);
  expect(findings.draws[0]?.candidates[0]?.tried).toEqual([
    { trials: 2, inputs: [{ name: 'x', shape: [1, 2] }] },
    { trials: 1, inputs: [other] },
  ]);
});

test('what is selected among is given where it could be each time, and an output of which that says nothing is none of it', () => {
  const given = { ...tried([1, 1], [2, 1]), own: [sumsOf([1, 1], [1, 1])] };
  const [all] = findingsOf([record(0, { candidates: [given] }), record(1, { candidates: [given] })]).draws;
  expect(all?.candidates[0]).toMatchObject({ isGiven: true });
  expect(all?.candidates[0]?.own.get(0)?.difference().error).toBe(0);
  const [some] = findingsOf([record(0, { candidates: [given] }), record(1, { candidates: [tried([1], [1])] })]).draws;
  expect(some?.candidates[0]).toMatchObject({ isGiven: false });
  const [none] = findingsOf([record(0, { candidates: [{ ...given, own: [null] }] })]).draws;
  expect(none?.candidates[0]?.own.size).toBe(0);
});
