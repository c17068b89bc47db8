import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../../src/engines/index.js';
import { readOnnx } from '../../../src/formats/onnx/index.js';
import type { Graph, Value } from '../../../src/model/index.js';
import { readArrays } from '../../../src/trials/index.js';
import { bisect } from '../../../src/verification/bisect/bisect.js';
import { digitsCases } from '../../corpus.js';
import { targetOf } from '../../formats/open/opened.js';
import { asWritten, candidateOf, damaged, FAULTS, referenceOf } from './planted.js';

const plain = startEngine('onnxruntime');
const engines = {
  onnxruntime: startEngine('onnxruntime'),
  'tensorflow.js': startEngine('tensorflow.js'),
  litert: startEngine('litert'),
};
const folder = mkdtempSync(path.join(tmpdir(), 'saved-'));
afterAll(() => {
  for (const engine of [plain, ...Object.values(engines)]) engine.close();
  rmSync(folder, { recursive: true });
});

const file = digitsCases().find(({ name }) => name === 'digits_ts17_constants')?.model ?? '';
const bytes = new Uint8Array(readFileSync(file));
const dropped = FAULTS.find(({ name }) => name === 'a bias dropped');

/** A bias lost in the tenth convolution, and what was written of it. */
async function saved(name: keyof typeof CANDIDATES) {
  const target = await targetOf(name);
  const found = dropped && damaged(bytes, dropped, 9);
  if (!found) throw new Error('nothing was planted');
  const { reference, samples } = await referenceOf(bytes, plain);
  const opened = asWritten(target, found.model, { precision: 'fp32' });
  const candidate = candidateOf(target, opened, engines[target.engine]);
  const [saveTo, nodeDataTo] = [path.join(folder, name), path.join(folder, `${name}.json`)];
  const parted = await bisect({ reference, candidate, samples, precision: 'fp32', saveTo, nodeDataTo });
  if (!parted) throw new Error('nothing was found');
  return { parted, saveTo, nodeDataTo };
}

/** The file by which a part is known; Core ML runs as ONNX. */
const CANDIDATES = {
  onnx: 'candidate.onnx',
  tfjs: 'candidate.tfjs/model.json',
  coreml: 'candidate.onnx',
  litert: 'candidate.tflite',
};

/** How many nodes follow from an input; the others make constants. */
function followingIn(graph: Graph): number {
  const following = new Set<Value | undefined>(graph.inputs);
  const nodes = graph.sorted().filter((node) => {
    const follows = node.inputs.some((input) => input !== undefined && following.has(input));
    if (follows) for (const output of node.outputs) following.add(output);
    return follows;
  });
  expect(nodes.length).toBeGreaterThan(0);
  return nodes.length;
}

describe.each(['onnx', 'tfjs', 'coreml', 'litert'] as const)('of %s', (name) => {
  test('the smallest model that differs, its input and the command that shows it are saved', async () => {
    const { parted, saveTo } = await saved(name);
    expect(parted.saved).toBe(saveTo);
    const reference = readOnnx(new Uint8Array(readFileSync(path.join(saveTo, 'reference.onnx')))).graph;
    expect(reference.outputs.map((value) => value.name)).toEqual([parted.value]);
    expect(followingIn(reference)).toBeLessThanOrEqual(parted.nodes.length);
    const arrays = readArrays(new Uint8Array(readFileSync(path.join(saveTo, 'inputs.npz'))), 2 ** 30);
    expect([...arrays.keys()].sort()).toEqual(reference.inputs.map((value) => value.name).sort());
    expect(statSync(path.join(saveTo, CANDIDATES[name])).isFile()).toBe(true);
    const command = readFileSync(path.join(saveTo, 'command.txt'), 'utf8');
    expect(command).toMatch(/^mobileone verify reference\.onnx candidate\.(onnx|tfjs|tflite) --inputs inputs\.npz/);
  });
});

test('the error of every value is node data of one graph for Model Explorer', async () => {
  const { parted, nodeDataTo } = await saved('tfjs');
  const data: unknown = JSON.parse(readFileSync(nodeDataTo, 'utf8'));
  expect(data).toEqual({
    name: 'error',
    results: expect.objectContaining({ [parted.value]: { value: expect.any(Number) } }),
    gradient: [
      { stop: 0, bgColor: expect.stringMatching(/^#[0-9a-f]{6}$/) },
      { stop: 1, bgColor: expect.stringMatching(/^#[0-9a-f]{6}$/) },
    ],
  });
});
