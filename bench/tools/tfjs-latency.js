import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { median } from './whole-process.js';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core');
const { loadGraphModel } = require('@tensorflow/tfjs-converter');
require('@tensorflow/tfjs-backend-wasm');

const PAIRS = 7;
const RUNS = 5;
const text = (base64) => Buffer.from(base64, 'base64').toString();

/** The written folder as the converter's loader takes it from memory. */
export function readFolder(folder) {
  const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const present = new Set(readdirSync(folder));
  const paths = json.weightsManifest.flatMap((group) => group.paths).filter((path) => present.has(path));
  const bytes = Buffer.concat(paths.map((path) => readFileSync(join(folder, path))));
  // A fresh buffer: the loader reads a Node Buffer from the start of its pool.
  const weightData = new Uint8Array(bytes).buffer;
  return { ...json, weightSpecs: json.weightsManifest.flatMap((group) => group.weights), weightData };
}

const UNFUSED = { _FusedConv2D: 'Conv2D', FusedDepthwiseConv2dNative: 'DepthwiseConv2dNative' };

/** The same network with bias and activation of each convolution as nodes of their own: the other way to write it. */
export function withActivationsApart(artifacts) {
  const node = artifacts.modelTopology.node.flatMap((n) => {
    const op = UNFUSED[n.op];
    const [, activation] = (n.attr?.fused_ops?.list.s ?? []).map(text);
    if (!op || (activation && activation !== 'Relu' && activation !== 'Relu6')) return [n];
    const { fused_ops, num_args, leakyrelu_alpha, ...attr } = n.attr;
    const [x, filter, bias] = n.input;
    const conv = { name: `${n.name}/conv`, op, input: [x, filter], attr };
    const sum = { name: activation ? `${n.name}/bias` : n.name, op: 'AddV2', input: [conv.name, bias], attr: {} };
    return activation ? [conv, sum, { name: n.name, op: activation, input: [sum.name], attr: {} }] : [conv, sum];
  });
  return { ...artifacts, modelTopology: { ...artifacts.modelTopology, node } };
}

function milliseconds(model, input) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < RUNS; i++) {
    const result = model.execute(input);
    for (const tensor of [result].flat()) {
      tensor.dataSync();
      tensor.dispose();
    }
  }
  return Number(process.hrtime.bigint() - start) / 1e6 / RUNS;
}

/** Median milliseconds per run of each variant in the wasm backend, one thread, taken in turn. */
export async function tfjsLatency(variants, shape) {
  tf.enableProdMode();
  await tf.setBackend('wasm');
  const models = new Map();
  for (const [name, artifacts] of variants) models.set(name, await loadGraphModel({ load: async () => artifacts }));
  const size = shape.reduce((a, b) => a * b, 1);
  const input = tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * 2),
    shape,
  );
  const times = new Map([...models.keys()].map((name) => [name, []]));
  for (let pair = -1; pair < PAIRS; pair++) {
    for (const [name, model] of models) {
      const time = milliseconds(model, input);
      if (pair >= 0) times.get(name).push(time);
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}
