import fs from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { Engine } from '../../src/engines/engine.js';
import { tfjs } from '../../src/formats/tfjs/index.js';
import { Tensor } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { ended, start } from '../cli/run.js';
import { openModel } from '../corpus/open-model.js';
import { digitsCases } from '../corpus.js';
import { scratch } from '../files/scratch.js';
import { sha256 } from '../formats/tfjs/judge.js';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const given = digitsCases().find(({ name }) => name === 'digits_se_ts17');

function floatsOf(file: string): Float32Array<ArrayBuffer> {
  const bytes = fs.readFileSync(file);
  return new Float32Array(new Uint8Array(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}

/** As the package starts it: what runs in the page is made when the program is built. */
function browserEngine(backend: string): Engine {
  const script = new URL('../../dist/bundle/child/browser.js', import.meta.url);
  return new Engine(
    { title: 'TensorFlow.js in the browser', script, args: [backend], signal: 'SIGTERM' },
    { timeoutSeconds: 100, memoryLimit: 2 ** 34 },
  );
}

describe.each(['wasm', 'webgl'])('the %s backend in the system’s Chromium', (backend) => {
  const engine = browserEngine(backend);
  afterAll(() => engine.close());

  test('says who it is: the browser, and what draws', async () => {
    const { name, browser, renderer } = await engine.info();
    expect(name).toBe('@tensorflow/tfjs-core');
    expect(browser).toMatch(/^\w+\/\d+\./);
    if (backend === 'webgl') expect(renderer).toMatch(/ANGLE|SwiftShader|Mesa|llvmpipe/);
    else expect(renderer).toBeNull();
  });

  test('classifies digits as PyTorch does, and times what it runs', async () => {
    if (!given) throw new Error('the digits network with squeeze-excite is missing');
    const model = openModel(given.model);
    optimize(model);
    const { files } = tfjs.write(tfjs.lower(model, {}).program, 'digits', sha256);
    const shards = new Map([...files].filter(([name]) => name !== 'model.json'));
    const session = await engine.load({ model: files.get('model.json') ?? [], files: shards, optimize: true });
    const [input, output] = [session.inputs[0]?.name ?? '', session.outputs[0]?.name ?? ''];
    const images = floatsOf(given.input).slice(0, 32 * 32);
    const expected = floatsOf(given.answers.get('logits') ?? '').subarray(0, 10);
    const feeds = new Map([[input, new Tensor('float32', [1, 32, 32, 1], new Uint8Array(images.buffer))]]);
    const scores = (await session.run(feeds, [output])).get(output)?.toFloat64() ?? [];
    expect(scores).toHaveLength(expected.length);
    const largest = Math.max(...expected.map(Math.abs));
    expect(Math.max(...Array.from(scores, (score, i) => Math.abs(score - (expected[i] ?? 0)))) / largest).toBeLessThan(
      1e-4,
    );
    const times = await session.time(feeds, [output], { warmUpMilliseconds: 1, least: 3, most: 3, milliseconds: 0 });
    expect(times).toHaveLength(3);
    for (const time of times) expect(time).toBeGreaterThan(0);
    await session.release();
  });

  test('says in a line what it cannot load, and answers on', async () => {
    const text = new TextEncoder().encode('{"modelTopology":{"node":[{"name":"x","op":"NoSuchOperation"}]}}');
    await expect(
      engine.load({ model: text, optimize: true }).then((session) => session.run(new Map(), ['x'])),
    ).rejects.toMatchObject({
      kind: 'refused',
    });
    expect((await engine.info()).name).toBe('@tensorflow/tfjs-core');
  });
});

describe('study --browser', () => {
  const isReport = new Ajv({ allowUnionTypes: true }).compile(
    JSON.parse(fs.readFileSync(path.join(ROOT, 'dist', 'report', 'study.schema.json'), 'utf8')),
  );

  test('times networks there too, and the report says in which browser, and what drew', async () => {
    if (!given) throw new Error('the digits network with squeeze-excite is missing');
    const asked = ['study', given.model, '--browser', '--engine', 'tfjs', '--form', 'fused', '--turns', '1', '--json'];
    const { code, stdout } = await ended(start(scratch(), asked, {}, inject('program')));
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report.engines).toMatchObject([
      { engine: 'tfjs', browser: null, renderer: null },
      { engine: 'browser-wasm', browser: expect.stringMatching(/\/\d+\./), renderer: null },
      { engine: 'browser-webgl', renderer: expect.any(String) },
    ]);
    const latency: { engine: string; threads: unknown; median: number }[] = report.networks[0].latency;
    expect(latency.map(({ engine }) => engine)).toEqual(['tfjs', 'browser-wasm', 'browser-webgl']);
    for (const { threads, median } of latency) {
      expect(threads).toBe(1);
      expect(median).toBeGreaterThan(0);
    }
    const isSoftware = /swiftshader|llvmpipe/i.test(report.engines[2].renderer);
    expect(report.notes.some((note: string) => note.includes('has no graphics processor here'))).toBe(isSoftware);
  });

  test('leaves no browser behind where it is killed', async () => {
    if (!given) throw new Error('the digits network with squeeze-excite is missing');
    const temporary = scratch();
    const left = () => fs.readdirSync(temporary).filter((name) => name.startsWith('mobileone-browser-'));
    const child = start(
      scratch(),
      ['study', given.model, '--browser', '--engine', 'tfjs', '--turns', '99'],
      { TMPDIR: temporary },
      inject('program'),
    );
    await expect.poll(() => left().length, { timeout: 30_000 }).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await ended(child);
    await expect.poll(left, { timeout: 20_000 }).toEqual([]);
  });
});
