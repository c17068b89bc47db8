import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { readOnnx, writeOnnx } from '../../../src/formats/onnx/index.js';
import { editReference } from '../../../src/formats/onnx/reference.js';
import { digitsCases } from '../../corpus.js';
import { network } from '../../network.js';
import { feedsOf } from './feeds.js';

const plain = { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 } as const;

async function run(bytes: Uint8Array, feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>> {
  const session = await InferenceSession.create(bytes, plain);
  const answers = await session.run(feeds);
  await session.release();
  return { ...answers };
}

const floatsOf = (tensor: OrtTensor | undefined) => Array.from((tensor?.data ?? []) as ArrayLike<number>, Number);
const fileOf = (name: string) => {
  const found = digitsCases().find((each) => each.name === name);
  return new Uint8Array(readFileSync(found?.model ?? ''));
};

test('a source that needs no change is given back as it is', () => {
  const bytes = fileOf('digits_ts11');
  expect(editReference(bytes, {})).toBe(bytes);
  expect(editReference(bytes, { inferenceMode: true })).toBe(bytes);
  expect(editReference(bytes, { widen: true })).toBe(bytes);
});

test('a file of an IR version that engines do not load yet says an older one, and keeps all else', async () => {
  const bytes = writeOnnx(network((n) => n.node('Relu', [n.input([2])])));
  // The first field of the file is its IR version.
  expect(bytes[0]).toBe(8);
  const newer = bytes.with(1, 99);
  await expect(InferenceSession.create(newer, plain)).rejects.toThrow(/IR version/);
  const edited = editReference(newer, { lastIrVersion: 13 });
  expect(readOnnx(edited).provenance.irVersion).toBe(13);
  const feeds = { [readOnnx(edited).graph.inputs[0]?.name ?? '']: new OrtTensor('float32', [-1, 2], [2]) };
  expect(floatsOf(Object.values(await run(edited, feeds))[0])).toEqual([0, 2]);
  expect(editReference(bytes, { lastIrVersion: 13 })).toBe(bytes);
});

describe('training mode', () => {
  test('a network exported in training mode answers like its export in inference mode', async () => {
    const training = editReference(fileOf('digits_ts17_training'), { inferenceMode: true });
    const { graph } = readOnnx(training);
    const feeds = feedsOf(graph);
    const expected = floatsOf(Object.values(await run(fileOf('digits_ts17_dynamic'), feeds))[0]);
    const actual = floatsOf(Object.values(await run(training, feeds))[0]);
    const scale = Math.max(...expected.map(Math.abs));
    actual.forEach((value, i) => {
      expect(Math.abs(value - (expected[i] ?? Number.NaN)) / scale).toBeLessThan(1e-5);
    });
  });

  test.each([
    ['from operator set 14 on by its attribute', 15, { training_mode: 1 }, 3],
    ['before that by its outputs', 9, {}, 5],
  ])('a batch norm says it %s', async (_, opset, attributes, outputs) => {
    const build = (isTraining: boolean) =>
      writeOnnx(
        network(
          (n) => {
            const parameters = [n.constant([2]), n.constant([1]), n.constant([3]), n.constant([4])];
            const inputs = [n.input([1, 1, 2, 1]), ...parameters];
            const all = { epsilon: { float: 0 }, ...(isTraining ? attributes : {}) };
            const [y] = n.nodes('BatchNormalization', inputs, all, isTraining ? outputs : 1);
            return y ?? [];
          },
          { opset },
        ),
      );
    const x = { x: new OrtTensor('float32', Float32Array.of(3, 5), [1, 1, 2, 1]) };
    const [answer] = Object.values(await run(editReference(build(true), { inferenceMode: true }), x));
    // (x - 3) / sqrt(4) * 2 + 1
    expect(floatsOf(answer)).toEqual([1, 3]);
  });

  test('a dropout lets everything pass', async () => {
    const bytes = writeOnnx(
      network((n) => n.node('Dropout', [n.input([64]), n.constant(0.5), n.constant(1, [], 'bool')])),
    );
    const x = new OrtTensor(
      'float32',
      Float32Array.from({ length: 64 }, (_, i) => i + 1),
      [64],
    );
    const [answer] = Object.values(await run(editReference(bytes, { inferenceMode: true }), { x }));
    expect(floatsOf(answer)).toEqual(floatsOf(x));
  });
});

describe('outputs', () => {
  const model = network((n) => {
    const a = n.relu(n.input([2], 'float32', 'a'));
    const b = n.sigmoid(n.input([2], 'float32', 'b'));
    return n.add(a, b);
  });
  const [relu] = model.graph.nodesOf('Relu');
  const inner = relu?.output().name ?? '';
  const bytes = writeOnnx(model);
  const a = new OrtTensor('float32', Float32Array.of(-1, 2), [2]);

  test('re-rooted at an inner value, it asks only for the inputs that this needs', async () => {
    const edited = editReference(bytes, { outputs: [{ name: inner, dtype: 'float32' }] });
    const answers = await run(edited, { a });
    expect(Object.keys(answers)).toEqual([inner]);
    expect(floatsOf(answers[inner])).toEqual([0, 2]);
  });

  test('inner values are given back beside the outputs', async () => {
    const edited = editReference(bytes, { alsoOutputs: [{ name: inner, dtype: 'float32' }] });
    const answers = await run(edited, { a, b: a });
    expect(Object.keys(answers)).toEqual([model.graph.outputs[0]?.name, inner]);
    expect(floatsOf(answers[inner])).toEqual([0, 2]);
  });
});

describe('sizes that a file fixes', () => {
  test('are opened, and what it says of other sizes goes: the engine answers at others', async () => {
    const bytes = fileOf('digits_ts11');
    const fixed = readOnnx(bytes);
    const [input] = fixed.graph.inputs.map(({ name }) => name);
    const edited = editReference(bytes, { open: new Map([[input ?? '', [0]]]) });
    expect(readOnnx(edited).graph.inputs[0]?.shape).toEqual([`${input} 0`, 1, 32, 32]);
    expect([...readOnnx(edited).declaredOutputs.values()].map(({ shape }) => shape)).toEqual([undefined]);
    const images = Float32Array.from({ length: 2 * 1024 }, (_, i) => Math.sin(i));
    const both = await run(edited, { [input ?? '']: new OrtTensor('float32', images, [2, 1, 32, 32]) });
    for (const row of [0, 1]) {
      const one = new OrtTensor('float32', images.slice(1024 * row, 1024 * (row + 1)), [1, 1, 32, 32]);
      const [alone] = Object.values(await run(bytes, { [input ?? '']: one }));
      const [answers] = Object.values(both);
      const expected = floatsOf(alone);
      const got = floatsOf(answers).slice(expected.length * row, expected.length * (row + 1));
      got.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 4);
      });
    }
  });

  test('that are open already leave the file as it is', () => {
    const bytes = fileOf('digits_ts17_dynamic');
    expect(editReference(bytes, { open: new Map([['image', [0]]]) })).toBe(bytes);
  });
});

test('an fp16 source is widened exactly: float32 throughout, the same constants', async () => {
  const widened = editReference(fileOf('digits_fp16'), { widen: true });
  const model = readOnnx(widened);
  const source = readOnnx(fileOf('digits_fp16'));
  expect(model.graph.inputs.map((value) => value.dtype)).toEqual(['float32']);
  const constants = (each: typeof model) =>
    each.graph.sorted().flatMap((node) => node.inputs.flatMap((value) => (value?.constant ? [value.constant] : [])));
  const [before, after] = [constants(source), constants(model)];
  expect(after.map((each) => each.dtype)).not.toContain('float16');
  after.forEach((each, i) => {
    if (each.dtype === 'float32') expect(each.toFloat64()).toEqual(before[i]?.toFloat64());
  });
  const feeds = feedsOf(model.graph);
  const wide = floatsOf(Object.values(await run(widened, feeds))[0]);
  const half = Object.values(await run(fileOf('digits_fp16'), feedsOf(source.graph)))[0];
  expect(wide).toHaveLength(half?.size ?? 0);
});
