import ort from 'onnxruntime-node';
import { median } from '../tools/whole-process.js';

const PAIRS = 30;
const RUNS = 2;
const ROUNDS = 4;

/**
 * How much processor time a run of `path` takes against one of `peer` in ONNX Runtime, one thread, its default optimisations:
 * the median ratio of paired runs. With one thread that is the ratio of latencies on an idle machine, and other work on this one
 * disturbs it far less. Where it is above `limit`, more pairs are run before that is said.
 * @param path, peer models of one float32 input of the given shape
 */
export async function processorTimeRatio(path, peer, shape, limit) {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const models = [await ort.InferenceSession.create(path, options), await ort.InferenceSession.create(peer, options)];
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 12.9898) * 2);
  const feeds = models.map((model) => ({ [model.inputNames[0]]: new ort.Tensor('float32', data, shape) }));
  const spend = async (which) => {
    const start = process.cpuUsage();
    for (let run = 0; run < RUNS; run++) await models[which].run(feeds[which]);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  await spend(0);
  await spend(1);
  const ratios = [];
  for (let round = 0; round < ROUNDS && (round === 0 || median(ratios) > limit); round++) {
    for (let pair = 0; pair < PAIRS; pair++) {
      // Each side goes first in half of the pairs: what the other leaves in the caches then costs both alike.
      const order = pair % 2 ? [0, 1] : [1, 0];
      const spent = [];
      for (const which of order) spent[which] = await spend(which);
      ratios.push(spent[0] / spent[1]);
    }
  }
  for (const model of models) await model.release();
  return median(ratios);
}
