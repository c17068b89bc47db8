import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readOnnx } from '../../src/formats/onnx/index.js';
import type { Tensor } from '../../src/model/index.js';
import { mobileone } from '../cli/run.js';
import { scratch } from '../files/scratch.js';
import { type Answer, type Feed, readArray, runLitert, runMlpackage, runOnnx, runTfjs } from './run-artefact.js';

const CASES = fileURLToPath(new URL('../../fixtures/cases', import.meta.url));

/** `coreml` is written in fp32, `coreml16` by default. */
type Target = 'onnx' | 'tfjs' | 'litert' | 'coreml' | 'coreml16';

/** `case.json`; see `fixtures/README.md`. */
interface Case {
  readonly wants: string;
  readonly targets: readonly Target[];
  readonly options: readonly string[];
  /** The largest error over the largest answer. */
  readonly tolerance: number;
  /** A difference that is none. */
  readonly absolute?: number;
  /** Rows of near ties may change places, and the last of them give way to others. */
  readonly rows_move?: boolean;
  readonly ideal: { readonly convolutions: number; readonly batch_norms: number };
  readonly input: { readonly file: string; readonly name: string };
  readonly outputs: readonly [string];
}

/** Relative L2 that rounding to binary16 may cost. */
const HALF = 2e-2;

const cases = readdirSync(CASES).map((name) => {
  const folder = path.join(CASES, name);
  const item: Case = JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8'));
  return { name, folder, item };
});

test.each(cases)('$name: $item.wants', async ({ folder, item }) => {
  const out = scratch();
  const formats = item.targets.map((target) => (target === 'coreml16' ? 'coreml' : target)).join();
  const precision = item.targets.includes('coreml') ? ['--precision', 'fp32'] : [];
  const model = path.join(folder, 'model.onnx');
  const { code, stderr } = await mobileone(out, ['convert', model, '--to', formats, ...precision, ...item.options]);
  expect(code, stderr).toBe(0);

  const read = (file: string) => readArray(path.join(folder, file));
  const feed = { name: item.input.name, tensor: read(item.input.file) };
  const expected = read('output.npy');
  const expectLike = item.rows_move ? expectSameRows : expectClose;
  for (const target of item.targets) expectLike(item, target, expected, await answer(target, out, feed, item));

  const { graph } = readOnnx(readFileSync(path.join(out, 'model.fused.onnx')));
  expect(graph.count('Conv') + graph.count('ConvTranspose')).toBeLessThanOrEqual(item.ideal.convolutions);
  expect(graph.count('BatchNormalization')).toBeLessThanOrEqual(item.ideal.batch_norms);
});

async function answer(target: Target, out: string, feed: Feed, { outputs }: Case): Promise<Answer | undefined> {
  const answers = await answersOf(target, out, feed);
  return answers.get(outputs[0]);
}

function answersOf(target: Target, out: string, feed: Feed): Promise<Map<string, Answer>> {
  switch (target) {
    case 'onnx':
      return runOnnx(path.join(out, 'model.fused.onnx'), feed);
    case 'tfjs':
      return runTfjs(path.join(out, 'model.tfjs'), feed);
    case 'litert':
      return runLitert(path.join(out, 'model.tflite'), feed);
    default:
      return runMlpackage(path.join(out, 'model.mlpackage'), feed);
  }
}

function expectClose(item: Case, target: Target, expected: Tensor, actual: Answer | undefined): void {
  expect(actual?.shape, target).toEqual(expected.shape);
  const [a, b] = [expected.toFloat64(), actual?.data ?? new Float64Array()];
  let [largest, most, squares, squaredDifferences] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [value = 0, other = Number.NaN] = [a[i], b[i]];
    // Signed infinities and zeros that a reader told apart are equal only to themselves.
    const difference = Object.is(value, other) || value === other ? 0 : Math.abs(value - other);
    expect(difference, `${target}, element ${i}: ${value} expected, got ${other}`).toBeLessThan(
      Number.POSITIVE_INFINITY,
    );
    most = Math.max(most, difference);
    squaredDifferences += difference ** 2;
    if (Number.isFinite(value)) {
      largest = Math.max(largest, Math.abs(value));
      squares += value ** 2;
    }
  }
  if (target === 'coreml16')
    expect(Math.sqrt(squaredDifferences), target).toBeLessThanOrEqual(HALF * Math.sqrt(squares));
  else expect(most, target).toBeLessThanOrEqual(Math.max(item.tolerance * largest, item.absolute ?? 0));
}

/** Nearly every row is found again, wherever. */
function expectSameRows(item: Case, target: Target, expected: Tensor, actual: Answer | undefined): void {
  expect(actual?.shape, target).toEqual(expected.shape);
  const width = expected.shape.at(-1) ?? 1;
  const [rows, others] = [expected.toFloat64(), actual?.data ?? new Float64Array()].map((data) => cut(data, width));
  const largest = expected.toFloat64().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isClose = (a: Float64Array) => (b: Float64Array) =>
    a.every((value, i) => Math.abs(value - (b[i] ?? Number.NaN)) <= item.tolerance * largest);
  const found = rows?.filter((row) => others?.some(isClose(row))) ?? [];
  expect(found.length, `${target}: rows found again`).toBeGreaterThanOrEqual(0.99 * (rows?.length ?? 1));
}

function cut(data: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: data.length / width }, (_, i) => data.subarray(i * width, (i + 1) * width));
}
