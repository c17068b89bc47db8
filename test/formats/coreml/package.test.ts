import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { coremlCodec } from '../../../src/formats/coreml/program/schema.js';
import { readPackage } from '../../../src/formats/coreml/read/read-package.js';
import type { LowerOptions } from '../../../src/formats/format.js';
import { InputError, type Model, UsageError } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { difference, feedsFor, modelIn, opened, packageOf, run, runPackage, sha256 } from './judge.js';

const MODEL = 'Data/com.apple.CoreML/model.mlmodel';
const WEIGHTS = 'Data/com.apple.CoreML/weights/weight.bin';

const classifier = (n: Network, classes = 10) =>
  n.linear(n.node('Flatten', [n.conv(n.input([1, 3, 6, 6], 'float32', 'image'), { kernel: 3 })]), classes);

const small = () => network((n) => classifier(n));

const described = (model: Model, options: LowerOptions = {}) =>
  coremlCodec.decode('Model', packageOf(model, options).get(MODEL) ?? new Uint8Array());

describe('the files of a package', () => {
  test('are the manifest, the model and the weights, and the manifest names both', () => {
    const files = packageOf(small());
    expect([...files.keys()].sort()).toEqual([MODEL, WEIGHTS, 'Manifest.json'].sort());
    const manifest = JSON.parse(Buffer.from(files.get('Manifest.json') ?? []).toString());
    expect(manifest.fileFormatVersion).toBe('1.0.0');
    const items = Object.values<Record<string, string>>(manifest.itemInfoEntries);
    expect(items.map(({ path }) => path)).toEqual(['com.apple.CoreML/model.mlmodel', 'com.apple.CoreML/weights']);
    expect(manifest.itemInfoEntries[manifest.rootModelIdentifier].path).toBe('com.apple.CoreML/model.mlmodel');
  });

  test('identifiers have the form of a UUID and change with the content', () => {
    const rootOf = (model: Model) =>
      JSON.parse(Buffer.from(packageOf(model).get('Manifest.json') ?? []).toString()).rootModelIdentifier;
    expect(rootOf(small())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(rootOf(small())).not.toBe(rootOf(network((n) => classifier(n, 11))));
  });

  test('two runs give the same bytes', () => {
    expect(packageOf(small())).toEqual(packageOf(small()));
  });

  test('without large constants there are no weights, and nothing names them', () => {
    const files = packageOf(network((n) => n.relu(n.input([1, 4]))));
    expect([...files.keys()].sort()).toEqual([MODEL, 'Manifest.json'].sort());
    expect(modelIn(files).graph.nodeCount).toBeGreaterThan(0);
  });

  test('the manifest is what commits', () => {
    expect(coreml.write(coreml.lower(small(), {}).program, 'model', sha256).commits).toBe('Manifest.json');
  });

  test('equal weights lie there once', () => {
    const twice = (weights: number) =>
      network((n) => {
        const x = n.input([1, 8]);
        const made = Array.from({ length: weights }, () => n.random([8, 8]));
        return n.add(n.node('MatMul', [x, made[0]]), n.node('MatMul', [x, made.at(-1)]));
      });
    const sizeOf = (model: Model) => packageOf(model).get(WEIGHTS)?.length ?? 0;
    expect(sizeOf(twice(2)) - sizeOf(twice(1))).toBe(64 + 128);
  });
});

describe('an image input', () => {
  const image = { input: 'image', order: 'bgr', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;

  /** The network with its normalisation in front, as conversion puts it there. */
  const normalising = () =>
    network((n) => {
      const pixels = n.input([1, 3, 6, 6], 'float32', 'image');
      const scaled = n.add(n.mul(pixels, n.constant([1 / 63.75, 1 / 63.75, 1 / 63.75], [1, 3, 1, 1])), n.constant(-2));
      return n.linear(n.node('Flatten', [n.conv(scaled, { kernel: 3 })]), 10);
    });

  test('is described as an image of its size and order', () => {
    const [input] = Array.from(described(normalising(), { image }).description?.input ?? []);
    expect(input).toMatchObject({ name: 'image', type: { imageType: { width: 6, height: 6, colorSpace: 30 } } });
  });

  test('is normalised in fp32, before the cast to fp16', () => {
    const { program } = coreml.lower(normalising(), { image });
    const types = program.operations.filter(({ type }) => type !== 'const').map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['mul', 'add', 'cast']);
  });

  test('answers to pixels as the source does', async () => {
    const model = normalising();
    const feeds = new Map(
      Array.from(feedsFor(model), ([name, { shape, data }]) => [name, { shape, data: Array.from(data, pixel) }]),
    );
    const expected = await run(model, feeds);
    const lowered = coreml.lower(model, { image, precision: 'fp32' });
    const actual = await runPackage(lowered, feeds);
    for (const [name, answer] of expected) expect(difference(answer, actual.get(name))).toBeLessThan(5e-6);
  });

  test('of another number of channels or of several images is wrong usage', () => {
    expect(() => coreml.lower(small(), { image: { ...image, order: 'gray' } })).toThrow(UsageError);
  });
});

const pixel = (value: number) => Math.floor(64 * (value + 2));

describe('labels', () => {
  const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);

  test('make a class and a table of probabilities, and the model says which is which', () => {
    const { description } = described(small(), { labels });
    expect(description?.predictedFeatureName).toBe('classLabel');
    expect(description?.predictedProbabilitiesName).toBe('classLabel_probs');
    expect(Array.from(description?.output ?? [])).toMatchObject([
      { name: 'classLabel', type: { stringType: {} } },
      { name: 'classLabel_probs', type: { dictionaryType: { stringKeyType: {} } } },
    ]);
  });

  test('a softmax is put before, and the check compares what it reads', async () => {
    const model = small();
    const feeds = feedsFor(model);
    const expected = await run(model, feeds);
    const lowered = coreml.lower(model, { labels, precision: 'fp32' });
    const actual = await runPackage(lowered, feeds);
    for (const [name, answer] of expected) expect(difference(answer, actual.get(name))).toBeLessThan(5e-6);
    expect(lowered.program.operations.filter(({ type }) => type === 'softmax')).toHaveLength(1);
  });

  test('none is put where the output comes from one', async () => {
    const model = network((n) => n.node('Softmax', [classifier(n)], { axis: 1 }));
    const feeds = feedsFor(model);
    const expected = await run(model, feeds);
    const lowered = coreml.lower(model, { labels });
    expect(lowered.program.operations.filter(({ type }) => type === 'softmax')).toHaveLength(1);
    const table = opened(lowered).outputs.find(({ name }) => name === 'classLabel_probs');
    expect(table?.sourceName).toBe(model.graph.outputs[0]?.name);
    const actual = await runPackage(lowered, feeds);
    for (const [name, answer] of expected) expect(difference(answer, actual.get(name))).toBeLessThan(2e-2);
  });

  test('come back with the package', () => {
    expect(readPackage(packageOf(small(), { labels })).classifier?.labels).toEqual(labels);
  });

  test('stand beside the other outputs, which keep their order', () => {
    const model = network((n) => {
      const y = classifier(n);
      return [n.relu(y), classifierOf(n, 4), n.sigmoid(y)];
    });
    const lowered = coreml.lower(model, { labels: labels.slice(0, 4) });
    const [first, , last] = model.graph.outputs.map(({ name }) => name);
    const names = opened(lowered).outputs.map(({ name }) => name);
    expect(names).toEqual(['classLabel', 'classLabel_probs', first, last]);
  });

  test.each<[string, () => Model, RegExp]>([
    ['no output has as many classes', () => network((n) => classifier(n, 9)), /no output is \[1,10\]/],
    ['several have', () => network((n) => [classifier(n), classifierOf(n, 10)]), /2 outputs have as many/],
  ])('are refused where %s', (_, build, reason) => {
    expect(() => coreml.lower(build(), { labels })).toThrow(InputError);
    expect(() => coreml.lower(build(), { labels })).toThrow(reason);
  });
});

const classifierOf = (n: Network, classes: number) => n.linear(n.input([1, 5], 'float32', 'other'), classes);

test('what is known of the source and of the tool is in the metadata', () => {
  const { description } = described(small());
  const keys = [...(description?.metadata?.userDefined?.keys() ?? [])];
  expect(keys).toContain('mobileone.version');
  expect(keys).toEqual([...keys].sort());
});

test('a scalar output is described as a vector of one', async () => {
  const built = () => network((n) => n.node('ReduceSum', [n.input([2, 3])], { keepdims: 0 }));
  const [output] = Array.from(described(built()).description?.output ?? []);
  expect(output?.type?.multiArrayType?.shape).toEqual([1]);
});
