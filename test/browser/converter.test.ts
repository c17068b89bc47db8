import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { POLICY, serve } from '../../examples/converter/serve.mjs';
import { fullSizeCases } from '../corpus.js';
import { launchBrowser } from './browser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What may come before an engine does. */
const MOST_BYTES = 1.5e6;

function floatsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(new Uint8Array(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}

describe('the page that converts, in a real browser', () => {
  const given = fullSizeCases().find(({ name }) => name === 'mobileone_s0_ts13');
  let browser: Browser;
  let server: Server;
  let folder: string;
  let address: string;

  beforeAll(async () => {
    execFileSync(process.execPath, ['examples/converter/build.mjs'], { cwd: root, stdio: 'inherit' });
    folder = mkdtempSync(join(tmpdir(), 'mobileone-converter-'));
    server = await serve();
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  async function opened() {
    const page = await browser.newPage();
    const complaints: string[] = [];
    const loaded = new Map<string, number>();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!/^(blob:)?http:\/\/127\.0\.0\.1/.test(request.url())) complaints.push(request.url());
    });
    page.on('response', async (response) => {
      const { pathname } = new URL(response.url());
      if (response.url().startsWith(address)) loaded.set(pathname, (await response.body().catch(() => '')).length);
    });
    await page.goto(address);
    return { page, complaints, loaded };
  }

  async function ended(page: Page): Promise<string | null> {
    await page.locator('#cancel').waitFor({ state: 'hidden', timeout: 200_000 });
    return page.locator('#status').textContent();
  }

  async function saved(page: Page, name: string): Promise<Uint8Array> {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name }).click();
    const file = join(folder, name);
    await (await download).saveAs(file);
    return readFileSync(file);
  }

  test('merges MobileOne S0, checks it in the page, and what it saves answers like PyTorch', async () => {
    if (!given) throw new Error('MobileOne S0 is missing');
    const { page, complaints, loaded } = await opened();
    await page.setInputFiles('#file', given.model);
    expect(await ended(page)).toBe('model.onnx is merged, and answers as before.');
    const report = (await page.locator('#report').textContent()) ?? '';
    for (const engine of ['onnxruntime-web', '@tensorflow/tfjs-core']) expect(report).toContain(engine);
    expect(report).toContain('43 blocks merged from 600 nodes');
    // Sizes read the same above and in the report.
    const [size] = /\d\S* MB$/.exec((await page.locator('#files li').first().textContent()) ?? '') ?? [];
    expect(size).toBeDefined();
    expect(report).toContain(size);

    const session = await InferenceSession.create(await saved(page, 'model.fused.onnx'));
    const answer = await session.run({
      [session.inputNames[0] ?? '']: new Tensor('float32', floatsOf(given.input), [1, 3, 224, 224]),
    });
    const scores = answer[session.outputNames[0] ?? '']?.data as Float32Array;
    const expected = floatsOf([...given.answers.values()][0] ?? '');
    const largest = Math.max(...expected.map(Math.abs));
    expect(scores).toHaveLength(expected.length);
    expect(Math.max(...scores.map((score, i) => Math.abs(score - (expected[i] ?? 0)))) / largest).toBeLessThan(1e-5);

    const web = unzipSync(await saved(page, 'model.tfjs.zip'));
    expect(JSON.parse(new TextDecoder().decode(web['model.tfjs/model.json']))).toHaveProperty('modelTopology');
    expect(Object.keys(unzipSync(await saved(page, 'model.mlpackage.zip')))).toContain('model.mlpackage/Manifest.json');

    const before = [...loaded].filter(([path]) => !path.startsWith('/child/')).map(([, bytes]) => bytes);
    expect(before.length).toBeGreaterThan(3);
    expect(before.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(MOST_BYTES);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('says in a line what is wrong with a damaged file, and saves nothing', async () => {
    if (!given) throw new Error('MobileOne S0 is missing');
    const { page, complaints } = await opened();
    const bytes = readFileSync(given.model);
    const damaged = join(folder, 'damaged.onnx');
    writeFileSync(damaged, bytes.subarray(0, bytes.length / 2));
    await page.setInputFiles('#file', damaged);
    expect(await ended(page)).toMatch(/^not a valid ONNX file|cut short|truncated|ends/i);
    expect(await page.locator('#status').getAttribute('class')).toBe('failed');
    expect(await page.locator('#files li').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('keeps every box beside its name on a phone, and nothing is wider than the screen', async () => {
    const { page } = await opened();
    await page.setViewportSize({ width: 360, height: 740 });
    const lines = await page
      .locator('fieldset label')
      .evaluateAll((labels) => labels.map((l) => l.getClientRects().length));
    expect(lines).toEqual([1, 1, 1]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.close();
  });

  test('is cancelled at once, and takes the next file', async () => {
    if (!given) throw new Error('MobileOne S0 is missing');
    const { page } = await opened();
    await page.setInputFiles('#file', given.model);
    await page.locator('#cancel').click();
    expect(await ended(page)).toBe('Cancelled; nothing was written.');
    await expect.poll(() => page.workers(), { timeout: 20_000 }).toHaveLength(0);
    await page.setInputFiles('#file', join(root, 'fixtures/digits/digits_ts13_bn/model.onnx'));
    expect(await ended(page)).toBe('model.onnx is merged, and answers as before.');
    await page.close();
  });

  test('may connect to nothing, its own server included', async () => {
    const { page } = await opened();
    const response = await page.reload();
    expect(response?.headers()['content-security-policy']).toBe(POLICY);
    expect(await page.evaluate(() => fetch('/').then(String, String))).toMatch(/^TypeError/);
    await page.close();
  });
});
