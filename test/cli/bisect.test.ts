import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asOneChunk } from '../../src/model/index.js';
import type { Report } from '../../src/report/index.js';
import { targetOf } from '../formats/open/opened.js';
import { artefactOf, damaged, FAULTS } from '../verification/bisect/planted.js';
import { DIGITS, mobileone } from './run.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bisect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SUFFIXES = { onnx: 'onnx', tfjs: 'tfjs', litert: 'tflite', coreml: 'mlpackage' };

/** Writes what was made of the digits network with a bias lost in its fifth convolution. */
async function plant(name: keyof typeof SUFFIXES): Promise<{ candidate: string; guilty: readonly string[] }> {
  const fault = FAULTS.find((each) => each.name === 'a bias dropped');
  const found = fault && damaged(new Uint8Array(readFileSync(DIGITS)), fault, 4);
  if (!found) throw new Error('nothing was planted');
  const candidate = `digits.${SUFFIXES[name]}`;
  const { files } = artefactOf(await targetOf(name), found.model, { precision: 'fp32' });
  for (const [file, chunks] of files) {
    const place = file === '' ? path.join(folder, candidate) : path.join(folder, candidate, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, asOneChunk(chunks));
  }
  return { candidate, guilty: found.guilty };
}

async function parted(candidate: string, ...more: string[]) {
  const { code, stdout, stderr } = await mobileone(folder, ['verify', DIGITS, candidate, '--json', ...more]);
  const report = JSON.parse(stdout) as Report;
  return { code, stderr, parted: report.models[0]?.candidates[0]?.parted };
}

describe.each(['onnx', 'tfjs', 'litert', 'coreml'] as const)('a bias lost in %s', (name) => {
  test('is named by its node and cause, and the saved command shows it', async () => {
    const { candidate, guilty } = await plant(name);
    const saved = `saved-${name}`;
    const found = await parted(candidate, '--save', saved);
    expect(found.code, found.stderr).toBe(5);
    expect(found.parted?.nodes.filter((node) => guilty.includes(node)).length).toBeGreaterThan(0);
    expect(found.parted?.cause).toMatch(/^Conv \S+ has lost its bias$/);
    expect(found.stderr).toContain('has lost its bias');
    const [command = ''] = readFileSync(path.join(folder, saved, 'command.txt'), 'utf8').split('\n');
    const [program, ...args] = command.split(' ');
    expect(program).toBe('mobileone');
    const again = await mobileone(path.join(folder, saved), args);
    expect(again.code, again.stderr + again.stdout).toBe(5);
  });
});

test('the error of each value is written for Model Explorer, which asks for the search as well', async () => {
  const { candidate } = await plant('onnx');
  const found = await parted(candidate, '--node-data', 'overlay.json');
  const { results } = JSON.parse(readFileSync(path.join(folder, 'overlay.json'), 'utf8')) as { results: object };
  expect(Object.keys(results)).toContain(found.parted?.value);
});

test('without being asked nothing is looked for', async () => {
  const { candidate } = await plant('onnx');
  expect((await parted(candidate)).parted).toBeNull();
});

test('what is saved is of one candidate', async () => {
  const { code, stderr } = await mobileone(folder, ['verify', DIGITS, DIGITS, DIGITS, '--save', 'saved']);
  expect(code).toBe(2);
  expect(stderr).toContain('--save and --node-data are of one candidate');
});
