import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  convert,
  EngineError,
  GateError,
  InputError,
  inspect,
  MobileoneError,
  mergeReports,
  NotEquivalentError,
  OutputError,
  optimize,
  readOnnx,
  reportOf,
  UnsupportedError,
  UsageError,
  verify,
  writeOnnx,
} from '../src/index.js';
import { DIGITS, IMAGES } from './cli/run.js';
import { scratch } from './files/scratch.js';

test('convert gives the report, and tells each step as it begins', async () => {
  const outDir = scratch();
  const stations: string[] = [];
  const report = await convert(DIGITS, { outDir, onProgress: ({ station }) => stations.push(station) });
  expect(report.models[0]?.artefacts[0]).toMatchObject({ written: true, check: { verdict: 'equivalent' } });
  expect(stations).toEqual(['read', 'look', 'fuse', 'lower', 'write', 'open', 'check', 'put in place']);
  expect(fs.readdirSync(outDir)).toEqual(['model.fused.onnx']);
});

test('what fails is thrown by its class, with the report at hand', async () => {
  const outDir = scratch();
  await expect(convert(DIGITS, { outDir, to: [] })).rejects.toThrow(UsageError);
  await expect(convert(path.join(outDir, 'missing.onnx'), { outDir })).rejects.toThrow(InputError);
  const error = await convert(DIGITS, { outDir, tolerance: 0 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotEquivalentError);
  expect(reportOf(error)).toMatchObject({
    exitCode: 5,
    models: [{ artefacts: [{ check: { verdict: 'different' } }] }],
  });
  expect(fs.readdirSync(outDir)).toEqual([]);
});

test('inspect says what can be fused, and its gate throws', async () => {
  const report = await inspect(DIGITS, { shape: { image: [1, 1, 32, 32] } });
  expect(report.models[0]?.fused).toHaveLength(13);
  await expect(inspect(DIGITS, { expectFused: true })).rejects.toThrow(/13 blocks can still be fused/);
});

test('reading, fusing and writing work on bytes alone', () => {
  const model = readOnnx(fs.readFileSync(DIGITS));
  const { merged } = optimize(model);
  expect(merged.map(({ node }) => node.operator)).toEqual(Array(13).fill('Conv'));
  expect(merged.every(({ sources }) => sources.length > 1)).toBe(true);
  expect(readOnnx(writeOnnx(model)).graph.count('Conv')).toBe(13);
});

test('every error that the command line has a code for can be told by its class', () => {
  const classes = [UsageError, InputError, UnsupportedError, NotEquivalentError, OutputError, GateError, EngineError];
  const errors = classes.map((Kind) =>
    Kind === UnsupportedError ? new UnsupportedError({ what: 'x' }, []) : Reflect.construct(Kind, [{ what: 'x' }]),
  );
  expect(errors.map(({ exitCode }) => exitCode)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(errors.every((error) => error instanceof MobileoneError)).toBe(true);
});

test('a Core ML classifier is judged by the vector that its probabilities are made of', async () => {
  const outDir = scratch();
  const labels = path.join(scratch(), 'labels.txt');
  fs.writeFileSync(labels, Array.from({ length: 10 }, (_, digit) => `digit ${digit}\n`).join(''));
  const report = await convert(DIGITS, { outDir, labels, to: ['coreml', 'tfjs', 'litert', 'onnx'] });
  const verdicts = report.models[0]?.artefacts.map(({ check }) => [
    check?.verdict,
    check?.judgements.at(-1)?.outputs.length,
  ]);
  expect(verdicts).toEqual([
    ['equivalent', 1],
    ['equivalent', 1],
    ['equivalent', 1],
    ['equivalent', 1],
  ]);
});

test('parts of a verification are joined by the library as well, and a missing one is thrown', async () => {
  const folder = scratch();
  const options = { inputs: IMAGES, report: path.join(folder, '1.json') };
  await verify(DIGITS, DIGITS, { ...options, shard: '1/2' });
  await expect(mergeReports(folder)).rejects.toThrow('of 2 parts one is missing: 2');
  await verify(DIGITS, DIGITS, { ...options, report: path.join(folder, '2.json'), shard: '2/2' });
  const merged = await mergeReports(folder);
  expect(merged.models[0]?.candidates[0]).toMatchObject({ data: { samples: 200 }, check: { verdict: 'equivalent' } });
});
