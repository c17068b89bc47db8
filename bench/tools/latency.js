import ort from 'onnxruntime-node';
import { median } from './whole-process.js';

const PAIRS = 7;
/** One measurement lasts at least this long: a small network would be lost in the clock's and the scheduler's noise. */
const SHORTEST = 80;

async function session(path) {
  return ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
}

async function milliseconds(model, feeds, runs) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < runs; i++) await model.run(feeds);
  return Number(process.hrtime.bigint() - start) / 1e6 / runs;
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
  await milliseconds(models[1], feeds[1], 3);
  const runs = Math.ceil(SHORTEST / (await milliseconds(models[0], feeds[0], 3)));
  const pairs = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    pairs.push([await milliseconds(models[0], feeds[0], runs), await milliseconds(models[1], feeds[1], runs)]);
  }
  for (const model of models) await model.release();
  return {
    ratio: median(pairs.map(([a, b]) => a / b)),
    own: median(pairs.map(([a]) => a)),
    peer: median(pairs.map(([, b]) => b)),
  };
}
