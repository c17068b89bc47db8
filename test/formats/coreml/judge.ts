import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { MilProgram } from '../../../src/formats/coreml/program/program.js';
import { readPackage } from '../../../src/formats/coreml/read/read-package.js';
import type { Artefact, Lowered, LowerOptions, Opened } from '../../../src/formats/format.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { type DataType, isStatic, type Model, sizeOf } from '../../../src/model/index.js';
import { type Answer, type Answers, sha256 } from '../answers.js';

export { type Answer, type Answers, sha256 };

export function filesOf(artefact: Artefact): Map<string, Uint8Array> {
  return new Map(Array.from(artefact.files, ([path, chunks]) => [path, new Uint8Array(Buffer.concat(chunks))]));
}

export function packageOf(model: Model, options: LowerOptions = {}): Map<string, Uint8Array> {
  return filesOf(coreml.write(coreml.lower(model, options).program, 'model', sha256));
}

/** What a package says, as ONNX. */
export function modelIn(files: ReadonlyMap<string, Uint8Array>): Model {
  return readPackage(files).model;
}

/** Operations of a program with how often they occur, constants left out. */
export function operations({ program }: Lowered<MilProgram>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of program.operations) if (type !== 'const') counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Runs a model in ONNX Runtime, by the names of its own inputs and outputs. */
export async function run(model: Model, feeds: Answers): Promise<Answers> {
  const session = await InferenceSession.create(writeOnnx(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  const inputs = model.graph.inputs.map(({ name, dtype }) => [name, feedOf(dtype, feeds.get(name))] as const);
  const results = await session.run(Object.fromEntries(inputs));
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: Float64Array.from(data as Float32Array, Number) },
    ]),
  );
}

function feedOf(dtype: DataType | undefined, feed: Answer | undefined): OrtTensor {
  const { shape, data } = feed ?? { shape: [], data: [] };
  const numbers = Array.from(data);
  switch (dtype) {
    case 'int64':
      return new OrtTensor('int64', BigInt64Array.from(numbers, BigInt), shape);
    case 'int32':
      return new OrtTensor('int32', Int32Array.from(numbers), shape);
    case 'uint8':
      return new OrtTensor('uint8', Uint8Array.from(numbers), shape);
    case 'float64':
      return new OrtTensor('float64', Float64Array.from(numbers), shape);
    case 'bool':
      return new OrtTensor('bool', Uint8Array.from(numbers), shape);
    default:
      return new OrtTensor('float32', Float32Array.from(numbers), shape);
  }
}

/** What the written package says of itself. */
export function opened({ program }: Lowered<MilProgram>): Opened<Model> {
  return coreml.open(coreml.write(program, 'model', sha256));
}

/** What the written package answers, by the names of the source; what a classifier's softmax reads is among that. */
export async function runPackage(lowered: Lowered<MilProgram>, feeds: Answers): Promise<Answers> {
  const { inputs, outputs, values, content } = opened(lowered);
  const fed = inputs.flatMap(({ name, sourceName }) => {
    const feed = feeds.get(sourceName);
    return feed ? [[name, feed] as const] : [];
  });
  const sourceNames = new Map([...values, ...outputs].map(({ name, sourceName }) => [name, sourceName]));
  const answers = await run(content, new Map(fed));
  return new Map(Array.from(answers, ([name, answer]) => [sourceNames.get(name) ?? name, answer]));
}

/** Fixed numbers from -2 to 2; whole ones from 0 to 2 for integers, 0 and 1 for bools. Unknown batches are 1, as Core ML has them. */
export function feedsFor({ graph }: Model): Map<string, Answer> {
  return new Map(
    graph.inputs.map(({ name, shape = [], dtype }, index) => {
      const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
      const data = Float64Array.from({ length: isStatic(sizes) ? sizeOf(sizes) : 0 }, (_, i) => {
        const draw = Math.sin(12.9898 * (i + 1) + index) * 43758.5453;
        const fraction = draw - Math.floor(draw);
        if (dtype === 'bool') return Number(fraction > 0.5);
        return dtype?.startsWith('float') ? 4 * fraction - 2 : Math.floor(3 * fraction);
      });
      return [name, { shape: sizes, data }];
    }),
  );
}

/** Largest difference relative to the largest answer; infinite where shapes, NaNs or infinities differ. */
export function difference(expected: Answer | undefined, actual: Answer | undefined): number {
  if (!expected || !actual || expected.shape.join() !== actual.shape.join()) return Number.POSITIVE_INFINITY;
  let [most, scale] = [0, 1e-30];
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(expected.data[i]), Number(actual.data[i])];
    if (Number.isFinite(a)) scale = Math.max(scale, Math.abs(a));
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!Number.isFinite(a - b)) return Number.POSITIVE_INFINITY;
    most = Math.max(most, Math.abs(a - b));
  }
  return most / scale;
}

export interface Judged extends LowerOptions {
  readonly tolerance?: number;
  readonly feeds?: Answers;
}

/** Writes the model for Core ML, reads the package back, runs it, and holds it against ONNX Runtime on the model as it is. */
export async function expectEquivalent(model: Model, judged: Judged = {}): Promise<Lowered<MilProgram>> {
  const { precision = 'fp32', feeds = feedsFor(model), ...options } = judged;
  const tolerance = judged.tolerance ?? (precision === 'fp16' ? 2e-2 : 5e-6);
  const expected = await run(model, feeds);
  const lowered = coreml.lower(model, { ...options, precision });
  const actual = await runPackage(lowered, feeds);
  for (const [name, answer] of expected) {
    expect(actual.get(name)?.shape, `shape of ${name}`).toEqual([...answer.shape]);
    expect(difference(answer, actual.get(name)), `difference of ${name}`).toBeLessThanOrEqual(tolerance);
  }
  return lowered;
}
