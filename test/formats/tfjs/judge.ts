import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { expect } from 'vitest';
import type { Artefact, ArtefactPort, Lowered, LowerOptions, Opened } from '../../../src/formats/format.js';
import type { InputLayoutOptions } from '../../../src/formats/input-layout.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { type TfjsProgram, tfjs } from '../../../src/formats/tfjs/index.js';
import type { ReadModel } from '../../../src/formats/tfjs/read/read-model.js';
import { inverse } from '../../../src/layout/order.js';
import type { Model } from '../../../src/model/index.js';
import { type Answer, type Answers, answersOfSource, difference, feedsFor, sha256, turned } from '../answers.js';

export { type Answer, type Answers, answersOfSource, difference, feedsFor, sha256 } from '../answers.js';

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

export interface Judged extends LowerOptions, InputLayoutOptions {
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
