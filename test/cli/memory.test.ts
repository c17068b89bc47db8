import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDigits } from '../data/digit-images.js';
import { DIGITS, mobileone } from './run.js';

/** Writes what the process took, when it ends. */
const TELL = `
const { getHeapSpaceStatistics } = require('node:v8');
process.on('exit', () => {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
  require('node:fs').writeFileSync('taken.json', JSON.stringify({ peak: 1024 * process.resourceUsage().maxRSS, young }));
});`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'memory-'));
  await writeDigits(path.join(folder, 'few'), 100);
  await writeDigits(path.join(folder, 'many'), 2000);
  writeFileSync(path.join(folder, 'tell.cjs'), TELL);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes that the process held at most, engines left out, and those of its young generation in the end. */
async function takenBy(images: string): Promise<{ readonly peak: number; readonly young: number }> {
  const env = { NODE_OPTIONS: `--require=${path.join(folder, 'tell.cjs')}` };
  expect(await mobileone(folder, ['verify', DIGITS, DIGITS, '--inputs', images, '-q'], env)).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(path.join(folder, 'taken.json'), 'utf8'));
}

test('twenty times the images take a tenth more memory at most, and garbage gets no more room', async () => {
  const few = await takenBy('few');
  const many = await takenBy('many');
  expect(few.peak).toBeGreaterThan(1e7);
  expect(many.peak).toBeLessThan(1.1 * few.peak);
  expect(many.young).toBeLessThan(8e6);
});
