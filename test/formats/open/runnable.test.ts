import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import type { LowerOptions, Opened } from '../../../src/formats/format.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { type Model, Tensor } from '../../../src/model/index.js';
import { inversePermutation, permuteAxes } from '../../../src/trials/axes.js';
import { network } from '../../network.js';
import { closeEngines, difference, drawn, run, targetOf, written } from './opened.js';

afterAll(closeEngines);

const NAMES = ['onnx', 'tfjs', 'coreml', 'litert'] as const;

/** Two convolutions whose names no grammar but ONNX's takes, a split and a head; every name is one of the source. */
function source(): Model {
  const model = network(
    (n) => {
      const x = n.input([1, 3, 6, 6], 'float32', 'image:0');
      const first = named(n.relu(n.conv(x, { channels: 4, kernel: 3, pad: 1, bias: true })), 'stem.relu:0');
      const [left, right] = n.nodes('Split', [first], { axis: 1, num_outputs: 2 }, 2);
      if (!left || !right) throw new Error('a Split has two results');
      const sum = named(n.add(named(left, 'left'), n.relu(named(right, 'right:0'))), 'sum');
      const pooled = named(n.node('GlobalAveragePool', [sum]), '7');
      return named(n.linear(n.node('Flatten', [pooled]), 5), 'constructor');
    },
    { opset: 18 },
  );
  for (const node of model.graph.sorted()) for (const value of node.outputs) if (value) model.addSourceName(value.name);
  return model;

  function named<T extends { name: string }>(value: T, name: string): T {
    value.name = name;
    return value;
  }
}

const feeds = () => new Map([['image:0', drawn([1, 3, 6, 6])]]);

/** Every value of the source in ONNX Runtime. */
async function valuesOfSource(): Promise<Map<string, Tensor>> {
  const model = source();
  for (const node of model.graph.sorted()) {
    for (const value of node.outputs) if (value && !value.isOutput) model.graph.addOutput(value);
  }
  const session = await InferenceSession.create(writeOnnx(model), { graphOptimizationLevel: 'disabled' });
  const [[name, { shape, bytes }] = ['', drawn([1])]] = feeds();
  const answers = await session.run({
    [name]: new OrtTensor('float32', new Float32Array(bytes.slice().buffer), shape),
  });
  await session.release();
  return new Map(
    Object.entries(answers).map(([key, { dims, data }]) => [key, Tensor.from('float32', dims, data as Float32Array)]),
  );
}

async function opened(name: (typeof NAMES)[number], options: LowerOptions = {}) {
  const target = await targetOf(name);
  return { target, artefact: target.open(written(target, source(), options)) };
}

/** Whether a normal number of binary16, or 0: eleven binary digits. */
function isHalf(number: number): boolean {
  const exponent = Math.floor(Math.log2(Math.abs(number)));
  return number === 0 || Number.isInteger(number / 2 ** (exponent - 10));
}

/** The value of an artefact that is one of the source. */
function bearerOf(artefact: Opened, sourceName: string) {
  const found = artefact.values.find((value) => value.sourceName === sourceName);
  if (!found) throw new Error(`nothing is ${sourceName} among ${artefact.values.map(({ name }) => name)}`);
  return found;
}

describe.each(NAMES)('%s', (name) => {
  test('says what the source calls its inputs and outputs where its grammar takes other names', async () => {
    const { artefact } = await opened(name);
    expect(artefact.inputs.map((port) => port.sourceName)).toEqual(['image:0']);
    expect(artefact.outputs.map((port) => port.sourceName)).toEqual(['constructor']);
  });

  test.each(['stem.relu:0', 'left', 'right:0', 'sum', '7', 'constructor'])(
    'gives back the value %s',
    async (sourceName) => {
      const { target, artefact } = await opened(name, { precision: 'fp32' });
      const value = bearerOf(artefact, sourceName);
      const answers = await run(target, artefact, feeds(), { alsoOutputs: [value.name] });
      const found = answers.get(value.name);
      const turned = found && value.permutation ? permuteAxes(found, inversePermutation(value.permutation)) : found;
      const expected = (await valuesOfSource()).get(sourceName);
      expect(expected && difference(expected, turned)).toBeLessThan(1e-6);
    },
  );

  test('says which nodes of the source its own stand for', async () => {
    const { artefact } = await opened(name);
    const all = source().graph.sorted();
    const sources = new Set([...artefact.origins.values()].flat());
    expect([...sources].sort()).toEqual(all.map((node) => node.name).sort());
  });

  test('is the same bytes every time', async () => {
    const target = await targetOf(name);
    const bytes = () => Buffer.concat([...written(target, source()).files.values()].flat());
    expect(bytes().equals(bytes())).toBe(true);
  });
});

test.each(['nchw', 'nhwc'] as const)('a TensorFlow.js model that is fed %s answers alike', async (inputLayout) => {
  const { target, artefact } = await opened('tfjs', { inputLayout } as LowerOptions);
  const answers = await run(target, artefact, feeds());
  const expected = (await valuesOfSource()).get('constructor');
  expect(expected && difference(expected, [...answers.values()][0])).toBeLessThan(1e-6);
});

describe('fp16', () => {
  test('the value in fp16 before an output is that output, and the one behind an input that input', async () => {
    const { artefact } = await opened('onnx', { precision: 'fp16' });
    const bearers = artefact.values.filter(({ sourceName }) => sourceName === 'constructor').map((value) => value.name);
    expect(bearers).toHaveLength(2);
    expect(artefact.values.filter(({ sourceName }) => sourceName === 'image:0')).toHaveLength(1);
  });

  test.each(['onnx', 'coreml'] as const)(
    'in %s every value is one of binary16 where that is asked for',
    async (name) => {
      const { target, artefact } = await opened(name, { precision: 'fp16' });
      const value = bearerOf(artefact, 'sum');
      const answers = await run(target, artefact, feeds(), { alsoOutputs: [value.name], rounded: true });
      const found = answers.get(value.name)?.toFloat64() ?? new Float64Array();
      const expected = (await valuesOfSource()).get('sum');
      expect(Array.from(found).filter((number) => !isHalf(number))).toEqual([]);
      expect(found.length).toBe(expected?.size);
      expect(expected && difference(expected, answers.get(value.name))).toBeLessThan(4e-3);
    },
  );

  test('in onnx an overflow is infinite where an engine alone would not see it', async () => {
    const target = await targetOf('onnx');
    const model = network((n) => {
      const large = n.mul(n.relu(n.input([1, 2])), n.constant(1000));
      return n.mul(n.mul(n.relu(large), n.constant(1000)), n.constant(0.001));
    });
    const artefact = target.open(written(target, model, { precision: 'fp16' }));
    const one = new Map([['x', Tensor.from('float32', [1, 2], [1, 2])]]);
    const [rounded] = (await run(target, artefact, one, { rounded: true })).values();
    expect(Array.from(rounded?.toFloat64() ?? [])).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});
