import ort from 'onnxruntime-node';
import { median } from '../tools/whole-process.js';

const PAIRS = 30;
const RUNS = 2;
const ROUNDS = 7;

/**
 * How much processor time a run of `path` takes against one of `peer` in ONNX Runtime, one thread, its default optimisations:
 * the median ratio of paired runs. With one thread that is the ratio of latencies on an idle machine, and other work on this one
 * disturbs it far less. Where it is above `limit`, more pairs are run before that is said.
 * @param path, peer models of one float32 input of the given shape
 */
export async function processorTimeRatio(path, peer, shape, limit) {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 12.9898) * 2);
  const ratios = [];
  for (let round = 0; round < ROUNDS && (round === 0 || median(ratios) > limit); round++) {
    // Where a session's memory happens to lie makes it up to a tenth faster or slower for as long as it lives.
    ratios.push(...(await pairedRatios([path, peer], new ort.Tensor('float32', data, shape))));
  }
  return median(ratios);
}

async function pairedRatios(paths, tensor) {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const models = [];
  for (const path of paths) models.push(await ort.InferenceSession.create(path, options));
  const spend = async (model) => {
    const start = process.cpuUsage();
    for (let run = 0; run < RUNS; run++) await model.run({ [model.inputNames[0]]: tensor });
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  for (const model of models) await spend(model);
  const ratios = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // Each side goes first in half of the pairs: what the other leaves in the caches then costs both alike.
    const spent = [];
    for (const which of pair % 2 ? [0, 1] : [1, 0]) spent[which] = await spend(models[which]);
    ratios.push(spent[0] / spent[1]);
  }
  for (const model of models) await model.release();
  return ratios;
}
