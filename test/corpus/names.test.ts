import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import type { Model } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { optimize } from '../../src/passes/pipeline.js';
import { readNpy } from '../../src/trials/npy.js';
import { allCases, type Case } from '../corpus.js';
import { openModel } from './open-model.js';

type Answers = ReadonlyMap<string, OrtTensor>;

/** What a conversion to fp32 may differ by; where the source is less certain of itself, so many times as much as it is. */
const ROUNDING = 1e-5;
const TIMES_NOISE = 20;

/**
 * Every computed float value of a model, by name, on the case's first image.
 * @param nudge relative change of every other pixel
 */
async function valuesOf(model: Model, { input }: Case, nudge = 0): Promise<Answers> {
  const { graph } = model;
  inferTypes(graph);
  const wanted = graph.sorted().flatMap((node) => node.outputs.filter((value) => value?.dtype === 'float32'));
  const outputs = new Set(graph.outputs);
  for (const value of wanted) if (value && !outputs.has(value)) graph.addOutput(value);
  const session = await InferenceSession.create(writeOnnx(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const [port] = graph.inputs;
  if (!port) throw new Error('no input');
  const images = readNpy(readFileSync(input));
  const shape = [1, ...images.shape.slice(1)];
  const pixels = images.toFloat64().subarray(0, images.size / (images.shape[0] ?? 1));
  const data = Float32Array.from(pixels, (value, i) => value * (1 + (i % 2) * nudge));
  const answers = await session.run({ [port.name]: new OrtTensor('float32', data, shape) });
  await session.release();
  return new Map(Object.entries(answers).filter(([, { type }]) => type === 'float32'));
}

/** The largest difference over the largest number; infinite where shapes differ. */
function differenceOf(a: OrtTensor, b: OrtTensor | undefined): number {
  if (!b || String(a.dims) !== String(b.dims)) return Number.POSITIVE_INFINITY;
  const [x, y] = [a.data as Float32Array, b.data as Float32Array];
  let [most, scale] = [0, 1e-30];
  for (const [i, value] of x.entries()) {
    most = Math.max(most, Math.abs(value - (y[i] ?? 0)));
    scale = Math.max(scale, Math.abs(value));
  }
  return most / scale;
}

/** Most values differ as a whole, which the first elements show: looking at all of them takes minutes. */
function beginAlike(a: OrtTensor, b: OrtTensor): boolean {
  const [x, y] = [a.data as Float32Array, b.data as Float32Array];
  return x.subarray(0, 8).some((value, i) => Math.abs(value - (y[i] ?? 0)) <= 0.1 * Math.abs(value));
}

const cases = allCases().filter(({ name }) => !/fp16|training/.test(name));

describe.each(cases)('$name', (item) => {
  test('a value that equals one of the source bears its name, and no other value does', async () => {
    const fused = openModel(item.model);
    optimize(fused);
    const before = await valuesOf(openModel(item.model), item);
    const nudged = await valuesOf(openModel(item.model), item, 2 ** -23);
    const after = await valuesOf(fused, item);
    const limit = (name: string, value: OrtTensor) =>
      Math.max(ROUNDING, TIMES_NOISE * differenceOf(value, nudged.get(name)));
    const hasEqual = (value: OrtTensor) =>
      [...before].some(([name, own]) => beginAlike(own, value) && differenceOf(own, value) <= limit(name, own));
    const lies: string[] = [];
    const unnamed: string[] = [];
    let named = 0;
    for (const [name, value] of after) {
      const own = before.get(name);
      if (own && differenceOf(own, value) <= limit(name, own)) named++;
      else if (own) lies.push(name);
      else if (hasEqual(value)) unnamed.push(name);
    }
    expect({ lies, unnamed }).toEqual({ lies: [], unnamed: [] });
    expect(named).toBeGreaterThan(after.size / 4);
  });
});
