import { afterAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../src/engines/index.js';
import { Tensor } from '../../src/model/index.js';

const engine = startEngine('tensorflow.js');
afterAll(() => engine.close());

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const base64 = (plain: string) => Buffer.from(plain).toString('base64');
const ints = (...values: number[]) => ({ list: { i: values.map(String) } });
const bytes = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** 3x3 convolution of one channel into two, pad 1; only the kernel's centre is not zero: (2, -1), bias (0.5, 3). */
const convolution = {
  format: 'graph-model',
  modelTopology: {
    versions: {},
    node: [
      { name: 'image', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'w', op: 'Const', attr: {} },
      { name: 'b', op: 'Const', attr: {} },
      {
        name: 'convolved',
        op: 'Conv2D',
        input: ['image', 'w'],
        attr: { strides: ints(1, 1, 1, 1), dilations: ints(1, 1, 1, 1), padding: { s: base64('SAME') } },
      },
      { name: 'y', op: 'BiasAdd', input: ['convolved', 'b'], attr: {} },
    ],
  },
  weightsManifest: [
    {
      paths: ['one.bin', 'two.bin'],
      weights: [
        { name: 'w', shape: [3, 3, 1, 2], dtype: 'float32' },
        { name: 'b', shape: [2], dtype: 'float32' },
      ],
    },
  ],
};
const weights = bytes([...Array(8).fill(0), 2, -1, ...Array(8).fill(0), 0.5, 3]);

/** Indices of the elements that are not zero: an operation that TF.js runs asynchronously alone. */
const where = {
  modelTopology: {
    versions: {},
    node: [
      { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_BOOL' } } },
      { name: 'found', op: 'Where', input: ['x'], attr: {} },
    ],
  },
  weightsManifest: [],
};

describe('TensorFlow.js', () => {
  test('says which version answers', async () => {
    expect(await engine.info()).toEqual({ name: '@tensorflow/tfjs-core', version: '4.22.0' });
  });

  test('computes a convolution whose answer is known by hand, from shards cut inside a number', async () => {
    const files = new Map([
      ['two.bin', weights.subarray(42)],
      ['one.bin', weights.subarray(0, 42)],
    ]);
    const session = await engine.load({ model: text(convolution), files, optimize: true });
    const image = Tensor.from('float32', [1, 2, 2, 1], [1, 2, 3, 4]);
    const outputs = await session.run(new Map([['image', image]]), ['y', 'convolved']);
    expect([...outputs.keys()]).toEqual(['y', 'convolved']);
    expect(outputs.get('y')).toMatchObject({ dtype: 'float32', shape: [1, 2, 2, 2] });
    expect([...(outputs.get('y')?.toFloat64() ?? [])]).toEqual([2.5, 2, 4.5, 1, 6.5, 0, 8.5, -1]);
    await session.release();
  });

  test('gives back a weight and an input, and has them still in the next run', async () => {
    const files = new Map([
      ['one.bin', weights],
      ['two.bin', new Uint8Array()],
    ]);
    const session = await engine.load({ model: text(convolution), files, optimize: true });
    const feeds = new Map([['image', Tensor.from('float32', [1, 2, 2, 1], [1, 2, 3, 4])]]);
    for (const run of [1, 2]) {
      const outputs = await session.run(feeds, ['b', 'image', 'y']);
      expect([...(outputs.get('b')?.toFloat64() ?? [])], `run ${run}`).toEqual([0.5, 3]);
      expect([...(outputs.get('image')?.toFloat64() ?? [])]).toEqual([1, 2, 3, 4]);
      expect(outputs.get('y')?.toFloat64()[0]).toBe(2.5);
    }
    await session.release();
  });

  test('runs operations whose result has a size that the data decides', async () => {
    const session = await engine.load({ model: text(where), optimize: true });
    const outputs = await session.run(new Map([['x', Tensor.from('bool', [4], [0, 1, 0, 1])]]), ['found']);
    expect(outputs.get('found')).toMatchObject({ dtype: 'int32', shape: [2, 1] });
    expect(outputs.get('found')?.toIntegers()).toEqual([1, 3]);
  });

  test('refuses a model whose shard is missing', async () => {
    const files = new Map([['one.bin', weights]]);
    await expect(engine.load({ model: text(convolution), files, optimize: true })).rejects.toMatchObject({
      kind: 'refused',
      message: 'the shard two.bin is missing',
    });
  });
});
