import { createHash } from 'node:crypto';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import type { Artefact, ArtefactPort, Lowered, LowerOptions, Opened } from '../../../src/formats/format.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import type { TfjsOptions } from '../../../src/formats/tfjs/declaration.js';
import { type TfjsProgram, tfjs } from '../../../src/formats/tfjs/index.js';
import type { ReadModel } from '../../../src/formats/tfjs/read/read-model.js';
import { arrange, inverse } from '../../../src/layout/order.js';
import { type DataType, type Model, type Shape, sizeOf, stridesOf } from '../../../src/model/index.js';

/** A tensor in the source's order of axes. */
export interface Answer {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export type Answers = ReadonlyMap<string, Answer>;

export const sha256 = (chunks: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

export function modelJson(artefact: Artefact) {
  return JSON.parse(Buffer.concat(artefact.files.get('model.json') ?? []).toString());
}

/** Operations of the written graph with how often they occur, constants and endpoints left out. */
export function operations({ program }: Lowered<TfjsProgram>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of program.nodes) {
    if (op !== 'Const' && op !== 'Placeholder' && op !== 'Identity') counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  return counts;
}

export async function load(artefact: Artefact): Promise<GraphModel> {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  const json = modelJson(artefact);
  const shards = json.weightsManifest[0].paths.flatMap((path: string) => artefact.files.get(path) ?? []);
  // A fresh buffer: the loader reads a view of a larger one from the wrong place.
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  return loadGraphModel({
    load: async () => ({ ...json, weightSpecs: json.weightsManifest[0].weights, weightData }),
  });
}

function artefactOf({ program }: Lowered<TfjsProgram>): Artefact {
  return tfjs.write(program, 'model', sha256);
}

/** What the written model says of itself. */
export function opened(lowered: Lowered<TfjsProgram>): Opened<ReadModel> {
  return tfjs.open(artefactOf(lowered));
}

/** Writes a model and runs it on feeds in the source's order; the answers come back in the source's order. */
export async function run(lowered: Lowered<TfjsProgram>, feeds: Answers): Promise<Answers> {
  const model = await load(artefactOf(lowered));
  const { inputs: given, outputs } = opened(lowered);
  const inputs = Object.fromEntries(
    given.map((port) => {
      const { data, shape } = turned(feeds.get(port.sourceName), port.permutation);
      const kind = port.dtype === 'bool' ? 'bool' : port.dtype === 'float32' ? 'float32' : 'int32';
      const values = kind === 'float32' ? Float32Array.from(data) : Int32Array.from(data);
      return [port.name, tf.tensor(values, [...shape], kind)];
    }),
  );
  const names = outputs.map(({ name }) => name);
  const isDynamic = lowered.program.nodes.some(({ op }) => op.startsWith('NonMaxSuppression') || op === 'Where');
  const results = isDynamic ? await model.executeAsync(inputs, names) : model.execute(inputs, names);
  const list = Array.isArray(results) ? results : [results];
  const answers = new Map(outputs.map((port, index) => [port.sourceName, answerOf(list[index], port)] as const));
  tf.dispose([inputs, list]);
  model.dispose();
  return answers;
}

function answerOf(tensor: tf.Tensor | undefined, { permutation }: ArtefactPort): Answer {
  if (!tensor) throw new Error('an output is missing');
  return turned({ shape: tensor.shape, data: tensor.dataSync() }, permutation && inverse(permutation));
}

function turned(answer: Answer | undefined, permutation: readonly number[] | undefined): Answer {
  if (!answer) throw new Error('a feed is missing');
  if (!permutation) return answer;
  const shape = arrange(answer.shape, permutation);
  const strides = arrange(stridesOf(answer.shape), permutation);
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    let [rest, at] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      at += (rest % size) * (strides[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    return answer.data[at] ?? 0;
  });
  return { shape, data };
}

const ARRAYS = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array } as const;

/** What ONNX Runtime answers with its own optimisations off. */
export async function answersOfSource(bytes: Uint8Array, model: Model, feeds: Answers): Promise<Answers> {
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const inputs = Object.fromEntries(
    model.graph.inputs.map(({ name, dtype }) => {
      const { shape, data } = feeds.get(name) ?? { shape: [], data: [] };
      const type = dtype === 'int64' || dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
      const values = type === 'int64' ? BigInt64Array.from(Array.from(data), BigInt) : ARRAYS[type].from(data);
      return [name, new OrtTensor(type, values as Float32Array, shape)];
    }),
  );
  const results = await session.run(inputs);
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: Float64Array.from(data as Float32Array, Number) },
    ]),
  );
}

/** Fixed numbers from -1 to 3, so that means do not cancel; whole ones from 0 to 2 for integers, which fit small axes and masks. */
export function feedsFor(model: Model, sizes: Readonly<Record<string, number>> = {}): Answers {
  return new Map(
    model.graph.inputs.map(({ name, shape, dtype }, index) => {
      const dims = sizesOf(shape, sizes);
      const draw = (i: number) => Math.sin(12.9898 * (i + 1) + index) * 43758.5453;
      const fraction = (i: number) => draw(i) - Math.floor(draw(i));
      const data = Float64Array.from({ length: sizeOf(dims) }, (_, i) => drawnAs(dtype, fraction(i)));
      return [name, { shape: dims, data }];
    }),
  );
}

function drawnAs(dtype: DataType | undefined, fraction: number): number {
  if (dtype === 'bool') return Number(fraction > 0.5);
  return dtype === 'int64' || dtype === 'int32' ? Math.floor(3 * fraction) : 4 * fraction - 1;
}

function sizesOf(shape: Shape | undefined, sizes: Readonly<Record<string, number>>): number[] {
  return (shape ?? []).map((size) => (typeof size === 'number' ? size : (sizes[size] ?? 1)));
}

/** Largest difference relative to the largest answer; infinite where shapes or places of NaN differ. */
export function difference(expected: Answer | undefined, actual: Answer | undefined): number {
  if (!expected || !actual || expected.shape.join() !== actual.shape.join()) return Number.POSITIVE_INFINITY;
  let [most, scale] = [0, 1e-30];
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(expected.data[i]), Number(actual.data[i])];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const distance = Math.abs(a - b);
    if (!Number.isFinite(distance)) return Number.POSITIVE_INFINITY;
    most = Math.max(most, distance);
    scale = Math.max(scale, Math.abs(a));
  }
  return most / Math.max(scale, largest(expected.data));
}

function largest(data: ArrayLike<number>): number {
  let scale = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) scale = Math.max(scale, Math.abs(data[i] ?? 0));
  return scale;
}

export interface Judged extends LowerOptions, TfjsOptions {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly tolerance?: number;
}

/** Writes the model for TensorFlow.js, runs it in wasm, and holds it against ONNX Runtime on the model as it is. */
export async function expectEquivalent(model: Model, judged: Judged = {}): Promise<Lowered<TfjsProgram>> {
  const { sizes, tolerance = 5e-6, ...options } = judged;
  const feeds = feedsFor(model, sizes);
  const expected = await answersOfSource(writeOnnx(model), model, feeds);
  const lowered = tfjs.lower(model, options);
  const actual = await run(lowered, feeds);
  for (const [name, answer] of expected) {
    const found = actual.get(name);
    expect(found?.shape, `shape of ${name}`).toEqual([...answer.shape]);
    expect(difference(answer, found), `difference of ${name}`).toBeLessThanOrEqual(tolerance);
  }
  return lowered;
}
