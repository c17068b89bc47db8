import ort from 'onnxruntime-node';
import { median } from './whole-process.js';

const PAIRS = 7;
const RUNS = 12;

async function session(path) {
  return ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
}

async function milliseconds(model, feeds) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < RUNS; i++) await model.run(feeds);
  return Number(process.hrtime.bigint() - start) / 1e6 / RUNS;
}

/**
 * How long `path` takes against `peer` in ONNX Runtime, one thread, its default optimisations: the median ratio of paired
 * runs, and the median milliseconds of each. Both read one input of the given shape.
 */
export async function latencyRatio(path, peer, shape) {
  const models = [await session(path), await session(peer)];
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * 2);
  const tensor = new ort.Tensor('float32', data, shape);
  const feeds = models.map((model) => ({ [model.inputNames[0]]: tensor }));
  const pairs = [];
  for (let pair = -1; pair < PAIRS; pair++) {
    const own = await milliseconds(models[0], feeds[0]);
    const other = await milliseconds(models[1], feeds[1]);
    if (pair >= 0) pairs.push([own, other]);
  }
  for (const model of models) await model.release();
  return {
    ratio: median(pairs.map(([a, b]) => a / b)),
    own: median(pairs.map(([a]) => a)),
    peer: median(pairs.map(([, b]) => b)),
  };
}
