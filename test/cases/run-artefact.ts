import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { readPackage } from '../../src/formats/coreml/read/read-package.js';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { float16ToNumber, Tensor } from '../../src/model/index.js';
import { parseNpyHeader } from '../../src/trials/npy-header.js';
import { run as runInLitert } from '../formats/litert/judge.js';

/** Numbers of one output, in the source's order of axes. */
export interface Answer {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The one input of a case, by its name in the source. */
export interface Feed {
  readonly name: string;
  readonly tensor: Tensor;
}

const TYPES = new Map([
  ['<f2', 'float16'],
  ['<f4', 'float32'],
  ['<f8', 'float64'],
  ['<i8', 'int64'],
] as const);

/** An array as NumPy saves it, infinities included. */
export function readArray(file: string): Tensor {
  const bytes = readFileSync(file);
  const end = 10 + bytes.readUInt16LE(8);
  const { descr, shape } = parseNpyHeader(bytes.toString('latin1', 10, end));
  const dtype = [...TYPES].find(([name]) => name === descr)?.[1];
  if (!dtype) throw new Error(`${file} holds ${descr}`);
  return new Tensor(dtype, shape, Uint8Array.from(bytes.subarray(end)));
}

/** Runs a written ONNX file in ONNX Runtime as it is deployed, optimisations on. */
export async function runOnnx(model: string | Uint8Array, { name, tensor }: Feed): Promise<Map<string, Answer>> {
  const options: InferenceSession.SessionOptions = { logSeverityLevel: 4 };
  const session =
    typeof model === 'string'
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  const results = await session.run({ [name]: ortTensorOf(tensor) });
  await session.release();
  return new Map(Object.entries(results).map(([output, result]) => [output, answerOf(result)]));
}

function ortTensorOf({ dtype, shape, bytes }: Tensor): OrtTensor {
  const { buffer } = Uint8Array.from(bytes);
  switch (dtype) {
    case 'float16':
      return new OrtTensor('float16', new Uint16Array(buffer), shape);
    case 'float64':
      return new OrtTensor('float64', new Float64Array(buffer), shape);
    case 'int64':
      return new OrtTensor('int64', new BigInt64Array(buffer), shape);
    default:
      return new OrtTensor('float32', new Float32Array(buffer), shape);
  }
}

function answerOf({ type, dims, data }: OrtTensor): Answer {
  const numbers = Float64Array.from(data as ArrayLike<number | bigint>, Number);
  // onnxruntime-node gives halves as their values where Node has Float16Array, and as bits where it has not.
  const isBits = type === 'float16' && !('Float16Array' in globalThis);
  return { shape: dims, data: isBits ? numbers.map(float16ToNumber) : numbers };
}

/**
 * Runs what a written Core ML package says, in ONNX Runtime; row by row, where it takes one row at a time. Read so, a rounding
 * to binary16 stands behind every operation that computes in it.
 */
export async function runMlpackage(folder: string, feed: Feed): Promise<Map<string, Answer>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const { model } = readPackage(
    new Map(
      files.map(({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [path.relative(folder, file).split(path.sep).join('/'), new Uint8Array(readFileSync(file))];
      }),
    ),
  );
  const file = writeOnnx(model);
  const batch = model.graph.inputs[0]?.shape?.[0] ?? 1;
  const { shape } = feed.tensor;
  if (shape.length === 0 || batch === shape[0]) return runOnnx(file, feed);
  const rows: Map<string, Answer>[] = [];
  for (const tensor of rowsOf(feed.tensor)) rows.push(await runOnnx(file, { ...feed, tensor }));
  return stacked(rows);
}

function rowsOf({ dtype, shape, bytes }: Tensor): Tensor[] {
  const [count = 1, ...rest] = shape;
  const length = bytes.length / count;
  return Array.from(
    { length: count },
    (_, row) => new Tensor(dtype, [1, ...rest], bytes.slice(row * length, (row + 1) * length)),
  );
}

function stacked(rows: readonly ReadonlyMap<string, Answer>[]): Map<string, Answer> {
  const [first = new Map<string, Answer>()] = rows;
  return new Map(
    Array.from(first, ([name, { shape }]) => {
      const data = rows.flatMap((row) => [...(row.get(name)?.data ?? [])]);
      return [name, { shape: [rows.length, ...shape.slice(1)], data: Float64Array.from(data) }];
    }),
  );
}

/** Runs a written file in LiteRT's web runtime. */
export async function runLitert(file: string, { name, tensor }: Feed): Promise<Map<string, Answer>> {
  const feeds = new Map([[name, { shape: tensor.shape, data: tensor.toFloat64() }]]);
  const answers = await runInLitert(new Uint8Array(readFileSync(file)), feeds);
  return new Map(
    Array.from(answers, ([output, { shape, data }]) => [output, { shape, data: Float64Array.from(data) }]),
  );
}

/** Runs a written folder in TensorFlow.js's wasm backend. */
export async function runTfjs(folder: string, { name, tensor }: Feed): Promise<Map<string, Answer>> {
  await tf.setBackend('wasm');
  const json = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8'));
  const layouts: Record<string, string> = json.userDefinedMetadata['mobileone.layout'] ?? {};
  const [manifest] = json.weightsManifest;
  const shards = manifest.paths.map((shard: string) => readFileSync(path.join(folder, shard)));
  // A fresh buffer: the loader reads a view of a larger one from the wrong place.
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const model = await loadGraphModel({ load: async () => ({ ...json, weightSpecs: manifest.weights, weightData }) });
  const given = tf.tensor(Float32Array.from(tensor.toFloat64()), [...tensor.shape], 'float32');
  const outputs = Object.keys(json.signature.outputs);
  const isDynamic = json.modelTopology.node.some(({ op }: { op: string }) => op === 'Where');
  const feeds = { [name]: layouts[name] === 'nhwc' ? tf.transpose(given, [0, 2, 3, 1]) : given };
  const results = isDynamic ? await model.executeAsync(feeds, outputs) : model.execute(feeds, outputs);
  const answers = (Array.isArray(results) ? results : [results]).map((result, index): [string, Answer] => {
    const output = outputs[index] ?? '';
    const turned = layouts[output] === 'nhwc' ? tf.transpose(result, [0, 3, 1, 2]) : result;
    return [output, { shape: turned.shape, data: Float64Array.from(turned.dataSync()) }];
  });
  model.dispose();
  return new Map(answers);
}
