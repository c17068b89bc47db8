import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert, reportOf, verify, writeOnnx } from '../../../src/index.js';
import type { CandidateReport } from '../../../src/report/index.js';
import { PLANTED_FAULTS, type PlantedFault, soundNetwork } from '../planted-faults.js';

const folder = mkdtempSync(join(tmpdir(), 'parted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const source = join(folder, 'sound.onnx');
const pathOf = (fault: PlantedFault) => join(folder, `fault${PLANTED_FAULTS.indexOf(fault)}.onnx`);

beforeAll(() => {
  writeFileSync(source, writeOnnx(soundNetwork()));
  for (const fault of PLANTED_FAULTS) {
    const model = soundNetwork();
    fault.plant(model);
    writeFileSync(pathOf(fault), writeOnnx(model));
  }
});

async function parted(paths: readonly string[]): Promise<readonly CandidateReport[]> {
  try {
    return (await verify(source, paths, { bisect: true })).models[0]?.candidates ?? [];
  } catch (error) {
    const candidates = reportOf(error)?.models[0]?.candidates;
    if (!candidates) throw error;
    return candidates;
  }
}

/** Of the faults that were caught, those that were looked for at another node than the guilty one. */
function misplaced(faults: readonly PlantedFault[], found: readonly CandidateReport[]): string[] {
  const caught = faults.flatMap((fault, index) => {
    const candidate = found[index];
    return candidate?.exitCode === 5 && candidate.parted ? [{ fault, parted: candidate.parted }] : [];
  });
  expect(caught.length).toBeGreaterThan(0.5 * faults.length);
  const wrong = caught.filter(({ fault, parted: { nodes } }) => !nodes.includes(fault.node));
  expect(wrong.length).toBeLessThanOrEqual(0.05 * caught.length);
  return wrong.map(({ fault, parted: { nodes } }) => `${fault.kind}: ${nodes}`);
}

const runnable = PLANTED_FAULTS.filter(({ isMendedByConverting }) => !isMendedByConverting);

test('in the file itself every fault is found at its very node', async () => {
  const found = await parted(runnable.map(pathOf));
  expect(misplaced(runnable, found)).toEqual([]);
});

test.each([
  ['onnx', 'fp32', '.fused.onnx'],
  ['tfjs', 'fp32', '.tfjs'],
  ['coreml', 'fp32', '.mlpackage'],
  ['onnx', 'fp16', '.fused.onnx'],
  ['coreml', 'fp16', '.mlpackage'],
] as const)('converted to %s in %s they are found in at least 95 of 100 cases', async (to, precision, suffix) => {
  const outDir = join(folder, `${to}-${precision}`);
  mkdirSync(outDir);
  await convert(runnable.map(pathOf), { to: [to], precision, outDir, check: false });
  const paths = runnable.map((fault) => join(outDir, `fault${PLANTED_FAULTS.indexOf(fault)}${suffix}`));
  misplaced(runnable, await parted(paths));
});
