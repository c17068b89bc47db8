import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve } from '../../examples/web/serve.mjs';
import { convert } from '../../src/index.js';
import { launchBrowser } from './browser.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a page shows once it was given a picture. */
const SHOWN = {
  classifier: () => document.querySelector('output')?.value ?? '',
  segmenter: coloursShown,
  detector: coloursShown,
};

/** Size of the canvas, and how many colours it has; nothing before it is drawn on. */
function coloursShown(): string {
  const canvas = document.querySelector('canvas');
  const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  if (!canvas || pixels[3] !== 255) return '';
  const colours = new Set(Array.from({ length: pixels.length / 4 }, (_, i) => String(pixels.slice(4 * i, 4 * i + 3))));
  return `${canvas.width}x${canvas.height}, ${colours.size > 1 ? 'several colours' : 'one colour'}`;
}

test.each([
  ['classifier', 'digits/digits_se_ts17', 'gray', 10, /^name of \d$/],
  ['segmenter', 'cases/trained_map_ts17', 'rgb', undefined, /^64x64, several colours$/],
  ['detector', 'detectors/batched_nms_ts17', 'rgb', 3, /^53x37, several colours$/],
] as const)('%s.html shows what the network finds in a picture', async (kind, source, image, classes, shown) => {
  const model = join(fixture(source), 'model.onnx');
  const labels = classes && Array.from({ length: classes }, (_, index) => `name of ${index}`);
  await convert(model, { to: ['tfjs'], image, labels, outDir: folder, name: kind, check: false });
  const server = await serve({ folder: join(folder, `${kind}.tfjs`) });
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${kind}.html`);
  await page.waitForFunction(() => document.querySelector('input')?.onchange !== null);
  await page.setInputFiles('input', fixture('images/baseline_444.jpg'));
  await page.waitForFunction(SHOWN[kind]);
  expect(await page.evaluate(SHOWN[kind])).toMatch(shown);
  expect(errors).toEqual([]);
  await page.close();
  server.close();
});
