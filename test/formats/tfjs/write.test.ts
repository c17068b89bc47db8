import { describe, expect, test } from 'vitest';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import { UnsupportedError, type Value } from '../../../src/model/index.js';
import { unsupportedIn } from '../../../src/source/lower-for.js';
import { type Network, network } from '../../network.js';
import { difference, expectEquivalent, feedsFor, modelJson, opened, run, sha256 } from './judge.js';

const big = () => network((n) => n.conv(n.input([1, 3, 4, 4]), { channels: 1200, kernel: 20, pad: 9 }));

describe('the files', () => {
  test('are model.json, which commits, and shards of 4 MiB named by their content', () => {
    const artefact = tfjs.write(tfjs.lower(big(), {}).program, 'big', sha256);
    const shards = [...artefact.files].filter(([path]) => path !== 'model.json');
    expect(artefact.commits).toBe('model.json');
    expect(shards).toHaveLength(2);
    shards.forEach(([path, chunks], index) => {
      expect(path).toBe(`group1-shard${index + 1}of2.${sha256(chunks).slice(0, 16)}.bin`);
    });
    expect(shards[0]?.[1].reduce((total, { length }) => total + length, 0)).toBe(4 * 1024 * 1024);
    expect(modelJson(artefact).weightsManifest[0].paths).toEqual(shards.map(([path]) => path));
  });

  test('are the same bytes every time', () => {
    const bytes = () => sha256([...tfjs.write(tfjs.lower(big(), {}).program, 'big', sha256).files.values()].flat());
    expect(bytes()).toBe(bytes());
  });

  test('say what made them and how images lie', () => {
    const model = network((n) => n.conv(n.input([1, 3, 4, 4], 'float32', 'image')));
    const json = modelJson(tfjs.write(tfjs.lower(model, { labels: ['a', 'b'] }).program, 'x', sha256));
    expect(json.generatedBy).toBe('mobileone');
    expect(json.userDefinedMetadata['mobileone.layout']).toMatchObject({ image: 'nhwc' });
    expect(json.userDefinedMetadata['mobileone.labels']).toEqual(['a', 'b']);
    expect(json.signature.inputs.image.tensorShape.dim.map(({ size }: { size: string }) => size)).toEqual([
      '1',
      '4',
      '4',
      '3',
    ]);
  });
});

describe('names', () => {
  test('that TensorFlow.js misreads are changed, and the change is told', async () => {
    const model = network((n) => {
      const x = n.input([1, 3, 4, 4], 'float32', 'image:0');
      const [y, z] = [n.relu(x), n.sigmoid(x)];
      y.name = '495';
      z.name = '^up';
      return [y, z];
    });
    const lowered = await expectEquivalent(model);
    const { inputs, outputs } = opened(lowered);
    expect(inputs[0]?.name).toBe('image_0');
    expect(outputs.map(({ name }) => name)).toEqual(['output_495', '_up']);
    expect(lowered.notes.join()).toContain('495');
  });

  test('that meet after that stay apart', async () => {
    const model = network((n) => {
      const x = n.input([1, 2], 'float32', 'a:b');
      const y = n.relu(x);
      y.name = 'a_b';
      return y;
    });
    const { inputs, outputs } = opened(await expectEquivalent(model));
    expect(inputs[0]?.name).not.toBe(outputs[0]?.name);
  });

  test('of outputs keep their order, also where one value is two outputs or an input is one', async () => {
    const model = network((n) => {
      const x = n.input([1, 3, 2, 2]);
      const [first, second] = n.nodes('Split', [x, n.integers([1, 2])], { axis: 1 }, 2);
      return [second ?? x, x, first ?? x];
    });
    await expectEquivalent(model);
  });
});

describe('values of the source', () => {
  const source = (build: (n: Network) => Value) => {
    const model = network(build);
    for (const { name } of model.graph.inputs) model.addSourceName(name);
    for (const node of model.graph.sorted())
      for (const value of node.outputs) if (value) model.addSourceName(value.name);
    return model;
  };

  test('are those that were turned, too, and the layout says how', () => {
    const model = source((n) => n.relu(n.conv(n.input([1, 3, 4, 4], 'float32', 'image'))));
    const { metadata } = tfjs.lower(model, { inputLayout: 'nchw' }).program;
    const names = { 'Conv_0/Transpose': 'image', 'Conv_0/_FusedConv2D': 'Relu_1_output' };
    expect(metadata['mobileone.names']).toEqual(names);
    expect(metadata['mobileone.layout']).toMatchObject({
      image: 'nchw',
      'Conv_0/Transpose': 'nhwc',
      'Conv_0/_FusedConv2D': 'nhwc',
    });
  });

  test('are not what lies inside a fused operation', () => {
    const model = network((n) => n.sigmoid(n.relu(n.conv(n.input([1, 3, 4, 4])))));
    const [conv] = model.graph.sorted();
    model.addSourceName(conv?.output().name ?? '');
    const { nodes, metadata } = tfjs.lower(model, {}).program;
    expect(nodes.map(({ name }) => name)).not.toContain(conv?.output().name);
    expect(metadata['mobileone.names']).toBeUndefined();
    expect(Object.values(metadata['mobileone.origins'] ?? {})).toEqual([['Conv_0', 'Relu_1'], ['Sigmoid_2']]);
  });

  test('that a node gives beside its first are found by its name and their number', () => {
    const model = source((n) => {
      const [left, right] = n.nodes('Split', [n.input([1, 4]), n.integers([1, 3])], { axis: 1 }, 2);
      if (!left || !right) throw new Error('a Split has two results');
      return n.add(n.relu(left), n.relu(right));
    });
    const [, second] = model.graph.sorted()[0]?.outputs ?? [];
    const { metadata } = tfjs.lower(model, {}).program;
    expect(metadata['mobileone.names']).toEqual({ [`${model.graph.sorted()[0]?.output().name}:1`]: second?.name });
  });
});

describe('layout of images', () => {
  const model = () => network((n) => n.conv(n.input([1, 3, 4, 4]), { channels: 5 }));

  test('is channels-last for inputs and feature maps, unless asked otherwise', async () => {
    const turned = opened(await expectEquivalent(model()));
    expect([turned.inputs[0]?.permutation, turned.outputs[0]?.permutation]).toEqual([
      [0, 2, 3, 1],
      [0, 2, 3, 1],
    ]);
    const kept = opened(await expectEquivalent(model(), { inputLayout: 'nchw' }));
    expect([kept.inputs[0]?.permutation, kept.outputs[0]?.permutation]).toEqual([undefined, undefined]);
  });

  test('leaves inputs alone that are no images', async () => {
    const lowered = await expectEquivalent(network((n) => n.relu(n.input([1, 7, 4, 4]))));
    expect(opened(lowered).inputs[0]?.permutation).toBeUndefined();
  });
});

describe('precision of weights', () => {
  const model = () => network((n) => n.conv(n.input([1, 3, 6, 6]), { channels: 128, kernel: 3, pad: 1, bias: true }));
  const bytesAt = (precision: 'fp16' | 'int8' | undefined) => {
    const artefact = tfjs.write(tfjs.lower(model(), { precision }).program, 'x', sha256);
    return [...artefact.files]
      .filter(([path]) => path !== 'model.json')
      .flatMap(([, chunks]) => chunks)
      .reduce((sum, { length }) => sum + length, 0);
  };

  test('fp16 halves and int8 quarters them, biases stay float32', () => {
    const [weights, bias] = [128 * 3 * 9, 128 * 4];
    expect(bytesAt(undefined)).toBe(4 * weights + bias);
    expect(bytesAt('fp16')).toBe(2 * weights + bias);
    expect(bytesAt('int8')).toBe(weights + bias);
  });

  test.each([
    ['fp16', 1e-3, 1e-6],
    ['int8', 2e-2, 1e-4],
  ] as const)('%s costs no more than its step', async (precision, most, least) => {
    const feeds = feedsFor(model());
    const answer = async (of: 'fp16' | 'int8' | undefined) =>
      [...(await run(tfjs.lower(model(), { precision: of }), feeds)).values()][0];
    const cost = difference(await answer(undefined), await answer(precision));
    expect(cost).toBeLessThan(most);
    expect(cost).toBeGreaterThan(least);
  });

  test('a weight beyond float16 stays float32 and is named', () => {
    const large = network((n) => n.mul(n.input([1, 2000]), n.constant(new Array(2000).fill(70000))));
    const { program, notes } = tfjs.lower(large, { precision: 'fp16' });
    expect(program.weights.some(({ quantization }) => quantization)).toBe(false);
    expect(notes.join()).toMatch(/beyond 65504/);
  });
});

describe('what cannot be written', () => {
  const model = () => network(pooled, { opset: 19 });
  const pooled = (n: Network) => {
    const x = n.input([1, 3, 4, 4]);
    const rolled = n.node('DeformConv', [x, n.random([1, 3, 1, 1]), n.random([1, 2, 4, 4])], {
      kernel_shape: [1, 1],
    });
    return n.node('AveragePool', [n.relu(rolled)], { kernel_shape: [2, 2], dilations: [2, 2] });
  };

  test('is all named together, with reasons', () => {
    expect(() => tfjs.lower(model(), {})).toThrow(UnsupportedError);
    const reasons = unsupportedIn(tfjs, model(), {});
    expect(reasons.map(({ operator }) => operator)).toEqual(['DeformConv', 'AveragePool']);
    expect(reasons[1]?.reason).toMatch(/dilation/);
  });
});

describe('how it is run', () => {
  test('is a note where TensorFlow.js refuses to execute it at once', async () => {
    const selecting = network((n) => {
      const [boxes, scores] = [n.input([1, 3, 4], 'float32', 'boxes'), n.input([1, 1, 3], 'float32', 'scores')];
      return n.node('NonMaxSuppression', [boxes, scores, n.integers([5])]);
    });
    expect(tfjs.lower(selecting, {}).notes.join()).toContain('executeAsync');
    expect(tfjs.lower(big(), {}).notes.join()).not.toContain('executeAsync');
  });
});
