import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ort from 'onnxruntime-node';
import { readFloats } from '../zoo/npy.js';

/** Of inputs that are many, those that are tried. */
const MOST = 20;

/**
 * Inputs of a network, one run each, and what is right for each of them, output by output: PyTorch's answers where they lie beside it, else
 * those of the source itself in ONNX Runtime without optimisations.
 */
export async function knownAnswers(model) {
  const source = await opened(model, { graphOptimizationLevel: 'disabled' });
  const known = answersBeside(model, source);
  const inputs = known?.inputs ?? [seeded(source)];
  const answers = known?.answers ?? (await answersOf(source, inputs));
  await source.release();
  return { inputs, answers, judge: known ? 'PyTorch' : 'the source' };
}

/** The largest difference as a share of the largest answer, over all outputs and inputs; null where outputs are others. */
export async function errorOf(file, { inputs, answers }) {
  const session = await opened(file);
  const got = await answersOf(session, inputs);
  await session.release();
  let worst = 0;
  for (const [run, outputs] of answers.entries()) {
    for (const [index, expected] of outputs.entries()) {
      const found = got[run][index];
      if (found?.data.length !== expected.data.length) return null;
      worst = Math.max(worst, difference(found.data, expected.data));
    }
  }
  return worst;
}

function difference(found, expected) {
  let [largest, scale] = [0, 0];
  expected.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value - found[i]));
    scale = Math.max(scale, Math.abs(value));
  });
  return largest / scale;
}

function opened(file, options = {}) {
  return ort.InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...options,
  });
}

async function answersOf(session, inputs) {
  const answers = [];
  for (const { data, shape } of inputs) {
    const results = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', data, shape) });
    answers.push(session.outputNames.map((name) => ({ data: results[name].data, shape: results[name].dims })));
  }
  return answers;
}

function answersBeside(model, { outputNames, inputMetadata: [{ shape }] }) {
  const folder = dirname(model);
  const input = ['input.npy', '../images.npy'].map((name) => join(folder, name)).find(existsSync);
  const outputs = outputNames.map((name) =>
    [`output.${name}.npy`, 'output.npy'].map((file) => join(folder, file)).find(existsSync),
  );
  if (!input || outputs.includes(undefined) || !isJudgedByPyTorch(folder)) return undefined;
  const inputs = rowsOf(readFloats(input), shape[0]);
  const columns = outputs.map((file) => rowsOf(readFloats(file), shape[0]));
  return { inputs, answers: inputs.map((_, run) => columns.map((rows) => rows[run])) };
}

/** Notes of a case say whose answers lie there. */
function isJudgedByPyTorch(folder) {
  const path = join(folder, 'case.json');
  return !existsSync(path) || !/answers: (?!PyTorch)/.test(JSON.parse(readFileSync(path, 'utf8')).notes ?? '');
}

/** Arrays of the batch that a network takes. */
function rowsOf({ data, shape: [all, ...rest] }, batch) {
  const rows = typeof batch === 'number' ? batch : 1;
  const size = rest.reduce((a, b) => a * b, rows);
  const count = Math.min(MOST, Math.floor(all / rows));
  return Array.from({ length: count }, (_, run) => ({
    data: data.slice(run * size, (run + 1) * size),
    shape: [rows, ...rest],
  }));
}

function seeded({ inputMetadata: [{ shape }] }) {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
  const length = sizes.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 2), shape: sizes };
}
