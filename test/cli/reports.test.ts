import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contentOf, scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const PAGE_AND_TESTS = ['--html', 'report.html', '--junit', 'report.xml'];

const read = (folder: string, file: string) => fs.readFileSync(path.join(folder, file), 'utf8');

test('a page and test results are left where the artefact passes', async () => {
  const folder = scratch();
  const { code, stderr } = await mobileone(folder, ['convert', DIGITS, ...PAGE_AND_TESTS]);
  expect([code, stderr]).toEqual([0, '']);
  expect(fs.readdirSync(folder).sort()).toEqual(['model.fused.onnx', 'report.html', 'report.xml']);
  const page = read(folder, 'report.html');
  expect(page).toContain('✔ Every artefact answers alike');
  expect(page).toContain('aria-label="error along the depth"');
  // Branches meet in a sum, which reads two of them.
  expect(page.match(/<path class="edge"/g)?.length).toBeGreaterThan(20);
  expect(read(folder, 'report.xml')).toContain('<testcase name="model.fused.onnx: logits (fp32)"');
});

test('they are left where it does not pass, and where the model cannot be read', async () => {
  const differs = scratch();
  expect((await mobileone(differs, ['convert', DIGITS, '--tolerance', '0', ...PAGE_AND_TESTS])).code).toBe(5);
  expect(fs.readdirSync(differs).sort()).toEqual(['report.html', 'report.xml']);
  expect(read(differs, 'report.html')).toContain('✘ An artefact answers otherwise');
  expect(read(differs, 'report.xml')).toMatch(/tests="2" failures="2" errors="0"/);

  const missing = scratch();
  expect((await mobileone(missing, ['convert', 'missing.onnx', ...PAGE_AND_TESTS])).code).toBe(3);
  expect(read(missing, 'report.html')).toContain('mobileone: missing.onnx: ');
  expect(read(missing, 'report.xml')).toMatch(/tests="1" failures="0" errors="1"/);
});

test.each([
  [['--html', 'same', '--junit', './same'], 2, /two reports have the same place/],
  [['--html', 'model.fused.onnx'], 2, /the report and an artefact have the same place/],
  [['--html', DIGITS], 2, /the output is the input/],
  [['--junit', 'report.xml', '--image', 'pink'], 2, /is not one of/],
  [['--junit', 'folder'], 6, /exists and is a folder/],
])('%j ends with %i, and nothing is written', async (flags, expected, line) => {
  const folder = scratch();
  fs.mkdirSync(path.join(folder, 'folder'));
  const before = contentOf(folder);
  const { code, stderr } = await mobileone(folder, ['convert', DIGITS, ...flags]);
  expect([code, stderr]).toEqual([expected, expect.stringMatching(line)]);
  expect(contentOf(folder)).toEqual(before);
});

test('in GitHub Actions the job summary gets what was there and the report', async () => {
  const folder = scratch();
  const summary = path.join(folder, 'summary.md');
  fs.writeFileSync(summary, 'of another step\n');
  const env = { GITHUB_STEP_SUMMARY: summary };
  expect((await mobileone(folder, ['convert', DIGITS, '-q'], env)).code).toBe(0);
  expect(read(folder, 'summary.md')).toMatch(
    /^of another step\n<header class="verdict good"><h1>✔ Every artefact answers/,
  );

  await mobileone(folder, ['inspect', DIGITS, '-q'], env);
  await mobileone(folder, ['convert', DIGITS, '--to', 'none'], env);
  expect(read(folder, 'summary.md').match(/<h1>/g)).toHaveLength(1);
});

test('a summary that is nearly full stays under what GitHub takes, and one that cannot be written fails no run', async () => {
  const folder = scratch();
  const summary = path.join(folder, 'summary.md');
  fs.writeFileSync(summary, 'x'.repeat(899_000));
  await mobileone(folder, ['convert', DIGITS, '-q'], { GITHUB_STEP_SUMMARY: summary });
  expect(fs.statSync(summary).size).toBeLessThanOrEqual(900_000);
  expect(read(folder, 'summary.md')).toMatch(/sections are left out/);

  const { code, stderr } = await mobileone(folder, ['convert', DIGITS, '-q'], { GITHUB_STEP_SUMMARY: folder });
  expect([code, stderr]).toEqual([0, 'mobileone: the job summary cannot be written: the system says EISDIR\n']);
});
