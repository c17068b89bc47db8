import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert, reportOf, verify, writeOnnx } from '../../src/index.js';
import type { CandidateReport } from '../../src/report/index.js';
import { PLANTED_FAULTS, type PlantedFault, soundNetwork } from './planted-faults.js';

const folder = mkdtempSync(join(tmpdir(), 'planted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const source = join(folder, 'sound.onnx');
const faulty = new Map<PlantedFault, string>();

beforeAll(() => {
  writeFileSync(source, writeOnnx(soundNetwork()));
  for (const [index, fault] of PLANTED_FAULTS.entries()) {
    const model = soundNetwork();
    fault.plant(model);
    const file = join(folder, `fault${index}.onnx`);
    writeFileSync(file, writeOnnx(model));
    faulty.set(fault, file);
  }
});

/** What was found of each candidate. */
async function judged(paths: readonly string[]): Promise<readonly CandidateReport[]> {
  try {
    return (await verify(source, paths)).models[0]?.candidates ?? [];
  } catch (error) {
    const candidates = reportOf(error)?.models[0]?.candidates;
    if (!candidates) throw error;
    return candidates;
  }
}

/** Rounding is priced by the largest relative L2 of an output. */
function movedBy(candidate: CandidateReport | undefined): number {
  return Math.max(
    0,
    ...(candidate?.check?.judgements ?? []).flatMap(({ outputs }) => outputs.map(({ l2 }) => l2 ?? 0)),
  );
}

test('there are many kinds, and each is of a kind of its own', () => {
  expect(new Set(PLANTED_FAULTS.map(({ kind }) => kind)).size).toBe(PLANTED_FAULTS.length);
  expect(PLANTED_FAULTS.length).toBeGreaterThanOrEqual(36);
});

test('each fault in the file itself is caught, and moves an output by over ten times the limit', async () => {
  const found = await judged([...faulty.values()]);
  for (const [index, { kind, isMendedByConverting }] of PLANTED_FAULTS.entries()) {
    const outputs = found[index]?.check?.judgements[0]?.outputs ?? [];
    expect(found[index]?.exitCode, kind).toBe(5);
    // The engine runs no training.
    if (isMendedByConverting) continue;
    expect(Math.max(...outputs.map(({ error, limit }) => (error ?? 0) / limit)), kind).toBeGreaterThan(10);
  }
});

test.each([
  {
    to: ['onnx', 'tfjs', 'litert', 'coreml'],
    precision: 'fp32',
    suffixes: ['.fused.onnx', '.tfjs', '.tflite', '.mlpackage'],
    moves: 1e-4,
  },
  { to: ['onnx', 'coreml'], precision: 'fp16', suffixes: ['.fused.onnx', '.mlpackage'], moves: 10 * 2e-2 },
  { to: ['tfjs'], precision: 'int8', suffixes: ['.tfjs'], moves: 3 * 1e-1 },
] as const)(
  'each fault that moves $to in $precision far enough is caught there, and none is seen where none is',
  async ({ to, precision, suffixes, moves }) => {
    const outDir = join(folder, precision);
    mkdirSync(outDir);
    const kinds = PLANTED_FAULTS.filter(({ isMendedByConverting }) => !isMendedByConverting);
    const models = [source, ...kinds.map((fault) => faulty.get(fault) ?? '')];
    await convert(models, { to, precision, outDir, check: false });
    const names = ['sound', ...kinds.map((fault) => `fault${PLANTED_FAULTS.indexOf(fault)}`)];
    const asIs = await judged(kinds.map((fault) => faulty.get(fault) ?? ''));
    for (const suffix of suffixes) {
      const [sound, ...found] = await judged(names.map((name) => join(outDir, `${name}${suffix}`)));
      expect(sound, suffix).toMatchObject({ exitCode: 0, precision });
      const expected = kinds.filter((_, index) => movedBy(asIs[index]) > moves);
      const missed = expected.filter((fault) => found[kinds.indexOf(fault)]?.exitCode !== 5);
      expect(
        missed.map(({ kind }) => kind),
        suffix,
      ).toEqual([]);
      expect(expected.length, suffix).toBeGreaterThanOrEqual(precision === 'fp32' ? 34 : 12);
    }
  },
);
