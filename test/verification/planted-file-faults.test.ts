import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert, reportOf, verify, writeOnnx } from '../../src/index.js';
import type { CandidateReport } from '../../src/report/index.js';
import { PLANTED_FAULTS, soundNetwork } from './planted-faults.js';

const FOREIGN = fileURLToPath(new URL('../../fixtures/foreign', import.meta.url));
const DIGITS = fileURLToPath(new URL('../../fixtures/digits', import.meta.url));
const WEIGHTS = 'Data/com.apple.CoreML/weights/weight.bin';
const folder = mkdtempSync(join(tmpdir(), 'planted-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What was written from the sound network, and from one that has another layer's weights: a release before. */
beforeAll(async () => {
  const stale = soundNetwork();
  PLANTED_FAULTS.find(({ kind }) => kind === "a kernel is another layer's")?.plant(stale);
  for (const [name, model] of [['sound', soundNetwork()] as const, ['stale', stale] as const]) {
    writeFileSync(at(`${name}.onnx`), writeOnnx(model));
    for (const precision of ['fp32', 'fp16', 'int8'] as const) {
      const to = precision === 'int8' ? ['tfjs'] : ['onnx', 'tfjs', 'coreml'];
      await convert(at(`${name}.onnx`), { to, precision, name: `${name}-${precision}`, outDir: folder, check: false });
    }
  }
});

function at(...parts: readonly string[]): string {
  return join(folder, ...parts);
}

/** A copy of something to damage. */
let copies = 0;
function copyOf(path: string): string {
  const copy = at(`copy${copies++}${path.endsWith('.mlpackage') ? '.mlpackage' : ''}`);
  cpSync(path, copy, { recursive: true });
  return copy;
}

async function judged(reference: string, path: string): Promise<CandidateReport | undefined> {
  try {
    return (await verify(reference, path)).models[0]?.candidates[0];
  } catch (error) {
    return reportOf(error)?.models[0]?.candidates[0];
  }
}

function shardOf(model: string): string {
  const [shard = ''] = readdirSync(model).filter((name) => name.endsWith('.bin'));
  return join(model, shard);
}

function cut(file: string): void {
  writeFileSync(file, readFileSync(file).subarray(0, -64));
}

/** The largest quantised weight of a folder of TensorFlow.js, changed. */
function withQuantization(model: string, change: (quantization: { scale: number; min: number }) => void): string {
  const copy = copyOf(model);
  const file = join(copy, 'model.json');
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const quantised = json.weightsManifest[0].weights.filter((weight: { quantization?: unknown }) => weight.quantization);
  quantised.sort((a: { shape: number[] }, b: { shape: number[] }) => sizeOf(b) - sizeOf(a));
  change(quantised[0].quantization);
  writeFileSync(file, JSON.stringify(json));
  return copy;
}

function sizeOf({ shape }: { shape: readonly number[] }): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Scales of a quantised ONNX file by a part of their names, times a factor. */
function withScales(name: string, part: RegExp, factor: number): string {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.decode(readFileSync(join(FOREIGN, name)));
  for (const tensor of model.graph?.initializer ?? []) {
    if (!part.test(tensor.name ?? '')) continue;
    const raw = tensor.rawData?.length ? Buffer.from(tensor.rawData) : undefined;
    for (let i = 0; raw && i < raw.length; i += 4) raw.writeFloatLE(factor * raw.readFloatLE(i), i);
    if (raw) tensor.rawData = raw;
    tensor.floatData = (tensor.floatData ?? []).map((value) => factor * value);
  }
  const file = at(`copy${copies++}.onnx`);
  writeFileSync(file, ModelProto.encode(model).finish());
  return file;
}

/** Infinity as binary16, in every element of a whole record of weight.bin but the first. */
function overflown(file: string): void {
  const bytes = readFileSync(file);
  for (let place = 128; place < 144; place += 2) bytes.writeUInt16LE(0x7c00, place);
  writeFileSync(file, bytes);
}

const source = at('sound.onnx');

test.each(['sound-fp32.tfjs', 'sound-int8.tfjs', 'sound-fp16.mlpackage', 'sound-fp32.fused.onnx'])(
  'what is planted in, %s, is sound',
  async (name) => {
    expect((await judged(source, copyOf(at(name))))?.exitCode).toBe(0);
  },
);

test.each<[string, () => string]>([
  ['a shard of TensorFlow.js is of a release before', () => staled('fp32.tfjs', (model) => shardOf(model))],
  ['weights of a package are of a release before', () => staled('fp32.mlpackage', (model) => join(model, WEIGHTS))],
  ['weights of a package in fp16 are of a release before', () => staled('fp16.mlpackage', (m) => join(m, WEIGHTS))],
  [
    'an int8 scale is off by two',
    () => withQuantization(at('sound-int8.tfjs'), (q) => Object.assign(q, { scale: 2 * q.scale })),
  ],
  ['an int8 minimum is off', () => withQuantization(at('sound-int8.tfjs'), (q) => Object.assign(q, { min: 0 }))],
  [
    'a weight of a package is beyond fp16',
    () => damaged('sound-fp16.mlpackage', (model) => overflown(join(model, WEIGHTS))),
  ],
])('%s: it does not answer like the reference', async (_, make) => {
  const candidate = await judged(source, make());
  expect(candidate?.exitCode).toBe(5);
  expect(candidate?.error?.what).toMatch(/^it does not answer like the reference: /);
});

test.each([
  ['QDQ', 'ort-qdq.onnx'],
  ['QOperator', 'ort-qoperator.onnx'],
])('an int8 scale of %s is off by two: it does not answer like the reference', async (_, name) => {
  const candidate = await judged(
    join(FOREIGN, 'source.onnx'),
    withScales(name, /Relu_1_output_0_scale|head.*scale/, 2),
  );
  expect(candidate?.exitCode).toBe(5);
});

test.each<[string, () => string, RegExp]>([
  ['a shard is cut off', () => damaged('sound-fp32.tfjs', (m) => cut(shardOf(m))), /its weights take \d+ bytes/],
  ['a shard is missing', () => damaged('sound-fp32.tfjs', (m) => rmSync(shardOf(m))), /is not there/],
  ['model.json is cut off', () => damaged('sound-fp32.tfjs', (m) => cut(join(m, 'model.json'))), /model\.json/],
  [
    'a package’s weights are cut off',
    () => damaged('sound-fp32.mlpackage', (m) => cut(join(m, WEIGHTS))),
    /weight\.bin/,
  ],
  [
    'a package’s weights are missing',
    () => damaged('sound-fp32.mlpackage', (m) => rmSync(join(m, WEIGHTS))),
    /not there/,
  ],
  [
    'an ONNX file is cut off',
    () => damaged('sound-fp32.fused.onnx', cut),
    /truncated: .* runs over the end of the file at byte \d+/,
  ],
  ['data beside an ONNX file are cut off', () => externally(cut), /ends before byte \d+/],
  ['data beside an ONNX file are missing', () => externally((file) => rmSync(file)), /not found|no such file/],
])('%s: the file is damaged, in one line', async (_, make, what) => {
  const path = make();
  const reference = path.endsWith('model.onnx') ? join(DIGITS, 'digits_te18', 'model.onnx') : source;
  const candidate = await judged(reference, path);
  expect(candidate?.exitCode).toBe(3);
  expect(candidate?.error?.what).toMatch(what);
  expect(candidate?.error?.what).not.toContain('\n');
  expect(candidate?.error?.file).toContain(path);
});

function damaged(name: string, damage: (path: string) => void): string {
  const copy = copyOf(at(name));
  damage(copy);
  return copy;
}

/** One file of an artefact is that of the same artefact of another release, under the name that is asked for. */
function staled(kind: string, file: (model: string) => string): string {
  return damaged(`sound-${kind}`, (copy) => writeFileSync(file(copy), readFileSync(file(at(`stale-${kind}`)))));
}

function externally(damage: (file: string) => void): string {
  const copy = copyOf(join(DIGITS, 'digits_te18_external'));
  const [data = ''] = readdirSync(copy).filter((name) => name.endsWith('.data'));
  damage(join(copy, data));
  return join(copy, 'model.onnx');
}
