import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Converter from '@tensorflow/tfjs-converter';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Browser, JSHandle } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../examples/web/serve.mjs';
import { litert } from '../../src/formats/litert/index.js';
import { tfjs } from '../../src/formats/tfjs/index.js';
import type { Model } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { openModel } from '../corpus/open-model.js';
import { digitsCases } from '../corpus.js';
import { sha256 } from '../formats/tfjs/judge.js';
import { launchBrowser } from './browser.js';

const COUNT = 200;
const CLASSES = 10;

function floatsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(new Uint8Array(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}

function argMaxes(scores: ArrayLike<number>): number[] {
  return Array.from({ length: COUNT }, (_, row) => {
    const ofRow = Array.from(scores).slice(row * CLASSES, (row + 1) * CLASSES);
    return ofRow.indexOf(Math.max(...ofRow));
  });
}

function fused(path: string): Model {
  const model = openModel(path);
  optimize(model);
  return model;
}

/** What the page runs. Its globals are those of TensorFlow.js's script builds. */
async function scoresInPage({ backend, images }: { backend: string; images: number[] }): Promise<number[]> {
  const { tf } = globalThis as unknown as { tf: typeof TensorFlow & typeof Converter };
  await tf.setBackend(backend);
  const model = await tf.loadGraphModel('/model/model.json');
  const scores: number[] = [];
  const size = 32 * 32;
  for (let start = 0; start < images.length; start += size) {
    const image = tf.tensor(images.slice(start, start + size), [1, 32, 32, 1], 'float32');
    const answer = model.execute(image) as TensorFlow.Tensor;
    scores.push(...(await answer.data()));
    tf.dispose([image, answer]);
  }
  model.dispose();
  if (tf.getBackend() !== backend) throw new Error(`ran in ${tf.getBackend()}`);
  return scores;
}

/** Of what the page imports by its name. */
interface LiteRt {
  readonly Tensor: new (elements: Float32Array, shape: readonly number[]) => LiteRtTensor;
  loadLiteRt(folder: string): Promise<unknown>;
  loadAndCompile(path: string, options: { readonly accelerator: 'wasm' }): Promise<LiteRtNetwork>;
}
interface LiteRtTensor {
  toTypedArray(): Float32Array;
  delete(): void;
}
interface LiteRtNetwork {
  run(inputs: readonly LiteRtTensor[]): Promise<LiteRtTensor[]>;
}

/** The same by LiteRT. */
async function scoresByLiteRt({ liteRt, images }: { liteRt: LiteRt; images: number[] }): Promise<number[]> {
  const { Tensor, loadLiteRt, loadAndCompile } = liteRt;
  await loadLiteRt('/litert/');
  const network = await loadAndCompile('/model.tflite', { accelerator: 'wasm' });
  const scores: number[] = [];
  const size = 32 * 32;
  for (let start = 0; start < images.length; start += size) {
    const image = new Tensor(Float32Array.from(images.slice(start, start + size)), [1, 32, 32, 1]);
    const answers = await network.run([image]);
    scores.push(...(answers[0]?.toTypedArray() ?? []));
    for (const tensor of [image, ...answers]) tensor.delete();
  }
  return scores;
}

describe('in a real browser', () => {
  let browser: Browser;
  let server: Server;
  let folder: string;
  let address: string;
  const given = digitsCases().find(({ name }) => name === 'digits_se_ts17');

  beforeAll(async () => {
    if (!given) throw new Error('the digits network with squeeze-excite is missing');
    folder = mkdtempSync(join(tmpdir(), 'mobileone-browser-'));
    const { files } = tfjs.write(tfjs.lower(fused(given.model), {}).program, 'digits', sha256);
    for (const [path, chunks] of files) writeFileSync(join(folder, path), Buffer.concat(chunks));
    const file = join(folder, 'digits.tflite');
    const forLiteRt = litert.write(litert.lower(fused(given.model), {}).program, 'digits', sha256);
    writeFileSync(file, Buffer.concat(forLiteRt.files.get('') ?? []));
    server = await serve({ folder, file });
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  /** Holds scores of all images against PyTorch's. */
  function expectAsPyTorch(scores: readonly number[]): void {
    const expected = floatsOf(given?.answers.get('logits') ?? '');
    expect(argMaxes(scores)).toEqual(argMaxes(expected));
    const largest = Math.max(...expected.map(Math.abs));
    expect(Math.max(...scores.map((score, i) => Math.abs(score - (expected[i] ?? 0)))) / largest).toBeLessThan(1e-4);
  }

  test.each(['wasm', 'webgl'])('the written folder classifies all 200 digits as PyTorch does, %s', async (backend) => {
    if (!given) throw new Error('the digits network with squeeze-excite is missing');
    const page = await browser.newPage();
    await page.goto(address);
    // The page sets a backend of its own as it opens.
    await page.getByText('Takes 32 × 32 pixels').waitFor();
    expectAsPyTorch(await page.evaluate(scoresInPage, { backend, images: Array.from(floatsOf(given.input)) }));
    await page.close();
  });

  test('the written file classifies them so as well, in LiteRT', async () => {
    const page = await browser.newPage();
    await page.goto(address);
    const liteRt: JSHandle<LiteRt> = await page.evaluateHandle("import('@litertjs/core')");
    expectAsPyTorch(await page.evaluate(scoresByLiteRt, { liteRt, images: Array.from(floatsOf(given?.input ?? '')) }));
    await page.close();
  });

  test('the example page loads a network, classifies what is drawn and tells the time', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(address);
    await page.getByText('Takes 32 × 32 pixels, grey').waitFor();
    const board = await page.locator('#board').boundingBox();
    if (!board) throw new Error('the page has no board');
    await page.mouse.move(board.x + 140, board.y + 40);
    await page.mouse.down();
    await page.mouse.move(board.x + 140, board.y + 240, { steps: 8 });
    await page.mouse.up();
    await page.getByText(/ms per run \(wasm\)/).waitFor();
    expect(await page.locator('.row').count()).toBe(5);
    const found = await page.locator('.row').first().textContent();
    await page.selectOption('#engine', 'litert');
    await page.getByText(/ms per run \(litert\)/).waitFor();
    expect(await page.locator('.row').first().textContent()).toBe(found);
    expect(errors).toEqual([]);
    await page.close();
  });
});
