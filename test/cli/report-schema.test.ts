import fs from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { beforeAll, expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const shipped = createRequire(import.meta.url).resolve('mobileone/report.schema.json');
const isReport = new Ajv().compile(JSON.parse(fs.readFileSync(shipped, 'utf8')));

let reports: unknown[];

beforeAll(async () => {
  const commands = [
    ['convert', DIGITS, '--to', 'onnx,tfjs,litert,coreml', '--prove', '--json'],
    ['inspect', DIGITS, '--nodes', '--json'],
    ['convert', 'missing.onnx', '--json'],
  ];
  const runs = await Promise.all(commands.map((command) => mobileone(scratch(), command)));
  reports = runs.map(({ stdout }) => JSON.parse(stdout));
});

type Holder = Record<string, unknown>;

/** Every object and array of some JSON, the outermost first. */
function* holdersIn(json: unknown): Generator<Holder> {
  if (typeof json !== 'object' || json === null) return;
  yield json as Holder;
  for (const inner of Object.values(json)) yield* holdersIn(inner);
}

/** Calls back while one member of the holder is something else. */
function withMember(holder: Holder, key: string, value: unknown, judge: () => void): void {
  const saved = { ...holder };
  if (value === undefined) delete holder[key];
  else holder[key] = value;
  judge();
  for (const name of Object.keys(holder)) delete holder[name];
  Object.assign(holder, saved);
}

test('what the commands report follows the schema that is shipped', () => {
  for (const report of reports) expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
});

test('the schema refuses a member that it does not name, anywhere in a report', () => {
  let tried = 0;
  for (const report of reports) {
    for (const holder of holdersIn(report)) {
      if (Array.isArray(holder)) continue;
      tried++;
      withMember(holder, 'unnamed', 'x', () => expect(isReport(report), JSON.stringify(holder)).toBe(false));
    }
  }
  expect(tried).toBeGreaterThan(100);
});

test('the schema refuses a report that lacks a member', () => {
  let tried = 0;
  for (const report of reports) {
    for (const holder of holdersIn(report)) {
      // What is named by the model: operators by their number, stations by their time.
      if (Array.isArray(holder) || Object.values(holder).every((value) => typeof value === 'number')) continue;
      for (const key of Object.keys(holder)) {
        tried++;
        withMember(holder, key, undefined, () => expect(isReport(report), key).toBe(false));
      }
    }
  }
  expect(tried).toBeGreaterThan(500);
});

test('the schema refuses a value of another kind: negative and broken counts, other codes, classes and hashes', () => {
  const wrong: Record<string, readonly unknown[]> = {
    bytes: [-1, 1.5, '1'],
    nodes: [-1, 0.5],
    milliseconds: [-0.1],
    exitCode: [1, 9, -1],
    sha256: ['', 'A'.repeat(64), 'a'.repeat(63)],
    dtype: ['float33'],
    kind: ['Error'],
    verdict: ['equal', 'passed'],
    top1: [1.5],
    command: ['ship'],
  };
  const tried = new Set<string>();
  for (const report of reports) {
    for (const holder of holdersIn(report)) {
      for (const [key, values] of Object.entries(wrong)) {
        if (!(key in holder) || holder[key] === null) continue;
        tried.add(key);
        for (const value of values)
          withMember(holder, key, value, () => expect(isReport(report), `${key}: ${value}`).toBe(false));
      }
    }
  }
  expect([...tried].sort()).toEqual(Object.keys(wrong).sort());
});
