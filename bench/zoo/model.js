import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { formats } from '../../dist/formats/index.js';
import { runConvert } from './convert.js';
import { readFloats } from './npy.js';
import { processorTimeRatio } from './processor-time.js';

/** A graph against itself strays this far on a machine that does other work as well. */
export const NOISE = 1.03;

/** What one model came to: one run per target, and the fused ONNX against the source's speed and PyTorch's answer. */
export async function judgeModel(bin, place) {
  const outDir = mkdtempSync(join(tmpdir(), 'zoo-'));
  try {
    const runs = {};
    for (const target of formats.keys()) runs[target] = await runTarget(bin, place.model, outDir, target);
    const ideal = place.ideal && existsSync(place.ideal) ? JSON.parse(readFileSync(place.ideal, 'utf8')) : null;
    const fused = join(outDir, 'zoo.fused.onnx');
    const known = place.input && existsSync(place.input) && existsSync(fused);
    const { before, after, ...targets } = countsOf(runs);
    return {
      name: place.name,
      before,
      after,
      ideal,
      targets,
      againstAnswer: known ? await errorAgainst(fused, place) : null,
      latency: known ? await processorTimeRatio(fused, place.model, readFloats(place.input).shape, NOISE) : null,
    };
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

async function runTarget(bin, model, outDir, target) {
  const run = await runConvert(bin, model, outDir, ['--to', target]);
  const result = outcomeOf(run);
  // Rounding alone is no fault of the translation: where the reduced precision is what fails, the other is tried as well.
  const rounded = run.exitCode === 5 && run.report?.models[0].artefacts[0]?.precision === 'fp16';
  return rounded
    ? { ...result, inFp32: outcomeOf(await runConvert(bin, model, outDir, ['--to', target, '--precision', 'fp32'])) }
    : result;
}

function outcomeOf({ exitCode, stderr, seconds, report }) {
  const model = report?.models[0];
  const judgements = model?.artefacts[0]?.check?.judgements ?? [];
  return {
    exitCode,
    seconds,
    reason: exitCode === 0 ? null : (stderr.split('\n')[0] ?? '').replace(/^mobileone: \S*: /, ''),
    judgements: judgements.map(({ purpose, precision, outputs }) => ({
      purpose,
      precision,
      error: largest(outputs, 'error'),
      noise: largest(outputs, 'noise'),
      passes: outputs.every(({ failures }) => failures.length === 0),
    })),
    before: model?.before ?? null,
    after: model?.after ?? null,
  };
}

function largest(outputs, figure) {
  const known = outputs.map((output) => output[figure]).filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** Counts are those of the graph, the same for every target: said once. */
function countsOf(runs) {
  const { before, after } = Object.values(runs).find((run) => run.after) ?? Object.values(runs)[0];
  const counts = (of) =>
    of && { nodes: of.nodes, convolutions: of.operators.Conv ?? 0, batchNorms: of.operators.BatchNormalization ?? 0 };
  const rest = Object.entries(runs).map(([target, { before: _, after: __, ...run }]) => [target, run]);
  return { before: counts(before), after: counts(after), ...Object.fromEntries(rest) };
}

/** max |a - b| / max |a| of the fused ONNX against the answer that came with the model. */
async function errorAgainst(fused, { input, output }) {
  const [image, answer] = [readFloats(input), readFloats(output)];
  const session = await ort.InferenceSession.create(fused, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', image.data, image.shape) };
  const got = (await session.run(feeds))[session.outputNames[0]].data;
  await session.release();
  if (got.length !== answer.data.length)
    throw new Error(`${output} has ${answer.data.length} elements, not ${got.length}`);
  let [difference, scale] = [0, 0];
  answer.data.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - got[i]));
    scale = Math.max(scale, Math.abs(value));
  });
  return difference / scale;
}
