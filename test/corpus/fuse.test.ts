import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { float16ToNumber, type Model, numberToFloat16, sizeOf } from '../../src/model/index.js';
import { Changes } from '../../src/passes/pass.js';
import { optimize } from '../../src/passes/pipeline.js';
import { spellGlobalPooling } from '../../src/passes/spell-global-pooling.js';
import { readNpy } from '../../src/trials/npy.js';
import { allCases, type Case, digitsCases } from '../corpus.js';
import { openModel } from './open-model.js';

type Answers = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float64Array }>;

/** What ONNX Runtime answers for the rows of a case's input, one at a time where the file holds several. */
async function answersOf(model: Model, { input }: Case): Promise<Answers> {
  const session = await InferenceSession.create(writeOnnx(model), { logSeverityLevel: 3 });
  const [port] = model.graph.inputs;
  if (!port) throw new Error('no input');
  const images = readNpy(readFileSync(input));
  const [rows = 1, ...rest] = images.shape;
  const values = images.toFloat64();
  const collected = new Map<string, number[]>();
  const shapes = new Map<string, readonly number[]>();
  for (let row = 0; row < rows; row++) {
    const slice = values.subarray(row * sizeOf(rest), (row + 1) * sizeOf(rest));
    const isHalf = port.dtype === 'float16';
    const tensor = isHalf
      ? new OrtTensor('float16', Uint16Array.from(slice, numberToFloat16), [1, ...rest])
      : new OrtTensor('float32', Float32Array.from(slice), [1, ...rest]);
    for (const [name, { data, dims, type }] of Object.entries(await session.run({ [port.name]: tensor }))) {
      const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
      collected.set(name, [...(collected.get(name) ?? []), ...(type === 'float16' ? numbers.map(halfValue) : numbers)]);
      shapes.set(name, [(dims[0] ?? 1) * (row + 1), ...dims.slice(1)]);
    }
  }
  await session.release();
  return new Map(
    [...collected].map(([name, data]) => [name, { shape: shapes.get(name) ?? [], data: Float64Array.from(data) }]),
  );
}

/** onnxruntime-node gives halves as their values where Node has Float16Array, and as bits where it has not. */
function halfValue(number: number): number {
  return 'Float16Array' in globalThis ? number : float16ToNumber(number);
}

function argMaxes(data: Float64Array, classes: number): number[] {
  return Array.from({ length: data.length / classes }, (_, row) => {
    const scores = data.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores));
  });
}

describe.each(allCases())('$name', (item) => {
  // Opened within the tests: all networks at once would take gigabytes.
  let model: Model;
  let edits = 0;

  beforeAll(() => {
    model = openModel(item.model);
    edits = optimize(model).count;
  });

  test('no more convolutions and nodes than PyTorch re-parameterised, and no batch norm', () => {
    const { graph } = model;
    expect(graph.count('Conv')).toBeLessThanOrEqual(item.ideal.convolutions);
    expect(graph.nodeCount).toBeLessThanOrEqual(item.ideal.nodes ?? item.as_exported.nodes);
    expect(graph.count('BatchNormalization')).toBe(0);
    expect(edits).toBeGreaterThan(0);
    graph.check();
  });

  test("answers like PyTorch, within the case's tolerance", async () => {
    const answers = await answersOf(model, item);
    for (const [name, file] of item.answers) {
      const expected = readNpy(readFileSync(file));
      const answer = answers.get(name);
      expect(answer?.shape, name).toEqual(expected.shape);
      const values = expected.toFloat64();
      const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
      const error = values.reduce((most, v, i) => Math.max(most, Math.abs(v - (answer?.data[i] ?? Number.NaN))), 0);
      expect(error / scale, name).toBeLessThan(item.tolerance);
      if (item.task === 'classification') {
        const classes = expected.shape[1] ?? 1;
        expect(argMaxes(answer?.data ?? new Float64Array(), classes)).toEqual(argMaxes(values, classes));
      }
    }
  });

  test('a second run finds nothing to do', () => {
    const before = writeOnnx(model);
    expect(optimize(model).count).toBe(0);
    // Not `toEqual`, which looks at millions of bytes one by one.
    expect(Buffer.compare(writeOnnx(model), before)).toBe(0);
  });
});

/** Operators, edges and attributes, without names, in topological order; both spellings of a mean over the image are one. */
function structureOf({ graph }: Model): unknown[] {
  spellGlobalPooling.run(graph, new Changes());
  const numbers = new Map(graph.inputs.map((value, i) => [value, `input ${i}`]));
  return graph.sorted().map((node, index) => {
    for (const [i, value] of node.outputs.entries()) if (value) numbers.set(value, `${index}:${i}`);
    return {
      operator: node.operator,
      inputs: node.inputs.map((value) => (value?.constant ? value.constant.shape : value && numbers.get(value))),
      attributes: [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1)),
    };
  });
}

const isSqueezed = (name: string) => name.startsWith('digits_se_');

describe.each([
  ['digits', digitsCases().filter(({ name }) => !isSqueezed(name))],
  ['digits with squeeze-excite', digitsCases().filter(({ name }) => isSqueezed(name))],
] as const)('%s', (_, cases) => {
  const [first, ...others] = cases.map((item) => {
    const model = openModel(item.model);
    optimize(model);
    return { name: item.name, structure: structureOf(model) };
  });

  test.each(others)('$name gives the same graph as the other exports', ({ structure }) => {
    expect(structure).toEqual(first?.structure);
  });
});
