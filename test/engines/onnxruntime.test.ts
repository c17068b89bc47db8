import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../src/engines/index.js';
import { type DataType, Tensor } from '../../src/model/index.js';
import { readNpy } from '../../src/trials/npy.js';
import { digitsCases } from '../corpus.js';
import { floats, identityModel, node, tinyModel } from './tiny-models.js';

const engines = {
  native: startEngine('onnxruntime', { build: 'native' }),
  wasm: startEngine('onnxruntime', { build: 'wasm' }),
};
afterAll(() => {
  for (const engine of Object.values(engines)) engine.close();
});

describe.each(['native', 'wasm'] as const)('ONNX Runtime, %s', (build) => {
  const engine = engines[build];

  test('says which package answers, and its version', async () => {
    const name = build === 'native' ? 'onnxruntime-node' : 'onnxruntime-web';
    expect(await engine.info()).toEqual({ name, version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  // One was exported in training mode: as it stands it answers otherwise than PyTorch in evaluation.
  const inEvaluation = digitsCases().filter(({ name }) => name !== 'digits_ts17_training');

  test.each(inEvaluation)('answers to $name as PyTorch does', async ({ model, input, answers, tolerance }) => {
    const [answer] = answers;
    if (!answer) throw new Error('a case without answers');
    const folder = dirname(model);
    const data = readdirSync(folder).filter((file) => !/\.(onnx|json|npy)$/.test(file));
    const files = new Map(data.map((file) => [file, readFileSync(join(folder, file))]));
    const session = await engine.load({ model: readFileSync(model), files, optimize: false });
    const [given] = session.inputs;
    const images = readNpy(readFileSync(input));
    const image = Tensor.from(given?.dtype as DataType, [1, 1, 32, 32], images.toFloat64().subarray(0, 1024));
    const outputs = await session.run(new Map([[given?.name ?? '', image]]), [answer[0]]);
    const expected = readNpy(readFileSync(answer[1])).toFloat64().subarray(0, 10);
    const actual = outputs.get(answer[0])?.toFloat64() ?? new Float64Array();
    const scale = Math.max(...expected.map(Math.abs));
    expect(actual).toHaveLength(10);
    for (const [k, value] of actual.entries())
      expect(Math.abs(value - (expected[k] ?? Number.NaN))).toBeLessThan(tolerance * scale);
    await session.release();
  });

  test.each<[DataType, Tensor]>([
    ['float32', Tensor.from('float32', [2], [0.1, -0])],
    ['float64', Tensor.from('float64', [2], [0.1, 1e300])],
    ['float16', Tensor.from('float16', [3], [0.1, 65504, 6e-8])],
    ['int8', Tensor.from('int8', [2], [-128, 127])],
    ['uint8', Tensor.from('uint8', [2], [0, 255])],
    ['int16', Tensor.from('int16', [2], [-32768, 32767])],
    ['int32', Tensor.from('int32', [2], [-(2 ** 31), 2 ** 31 - 1])],
    ['int64', Tensor.fromBigInts('int64', [2], [-(2n ** 63n), 2n ** 63n - 1n])],
    ['uint64', Tensor.fromBigInts('uint64', [1], [2n ** 64n - 1n])],
    ['bool', Tensor.from('bool', [2], [1, 0])],
  ])('%s goes in and comes out bit for bit', async (dtype, tensor) => {
    const session = await engine.load({ model: identityModel(dtype, ['n']), optimize: true });
    const outputs = await session.run(new Map([['x', tensor]]), ['y']);
    expect(outputs.get('y')).toMatchObject({ dtype, shape: tensor.shape });
    expect([...(outputs.get('y')?.bytes ?? [])]).toEqual([...tensor.bytes]);
  });

  test('text goes in and comes out', async () => {
    const words = ['', 'früh', '日'].map((word) => new TextEncoder().encode(word));
    const session = await engine.load({ model: identityModel('string', ['n']), optimize: true });
    const outputs = await session.run(new Map([['x', new Tensor('string', [3], new Uint8Array(), words)]]), ['y']);
    expect(outputs.get('y')?.strings?.map((word) => new TextDecoder().decode(word))).toEqual(['', 'früh', '日']);
  });

  test('a tensor without elements keeps its shape', async () => {
    const session = await engine.load({ model: identityModel('float32', ['n', 3]), optimize: true });
    const outputs = await session.run(new Map([['x', Tensor.from('float32', [0, 3], [])]]), ['y']);
    expect(outputs.get('y')?.shape).toEqual([0, 3]);
  });

  test('a refusal is one line that can be acted on, and the next model runs', async () => {
    const bad = tinyModel({
      nodes: [node('NoSuchOperator', ['x'], ['y'])],
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    });
    await expect(engine.load({ model: bad, optimize: false })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^[^\n]*NoSuchOperator[^\n]*$/),
    });
    await expect(engine.load({ model: identityModel('float32', [1]), optimize: false })).resolves.toBeDefined();
  });

  // A biased convolution that is an output, and read by a sum with another one: the WebAssembly build of 1.30 merges the
  // sum into it with all optimisations, and has nothing to give back for the output.
  test('what fails with all optimisations runs with fewer, and says so', async () => {
    const model = tinyModel({
      nodes: [node('Conv', ['x', 'w', 'b'], ['y']), node('Conv', ['x', 'v'], ['t']), node('Add', ['y', 't'], ['z'])],
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 1, 2, 2] }],
      outputs: ['y', 'z'].map((name) => ({ name, dtype: 'float32' as const, shape: [1, 1, 2, 2] })),
      initializers: [floats('w', [1, 1, 1, 1], [2]), floats('b', [1], [1]), floats('v', [1, 1, 1, 1], [-5])],
    });
    const session = await engine.load({ model, optimize: true });
    const feeds = new Map([['x', Tensor.from('float32', [1, 1, 2, 2], [1, 2, 3, 4])]]);
    const [one, other] = await Promise.all([session.run(feeds, ['y', 'z']), session.run(feeds, ['z'])]);
    expect([...(one?.get('y')?.toFloat64() ?? [])]).toEqual([3, 5, 7, 9]);
    expect([...(one?.get('z')?.toFloat64() ?? [])]).toEqual([-2, -5, -8, -11]);
    expect([...(other?.get('z')?.toFloat64() ?? [])]).toEqual([-2, -5, -8, -11]);
    const said = expect.stringMatching(/^ONNX Runtime fails with all of its optimisations \(.+\), .*extended/);
    expect([...session.remarks]).toEqual(build === 'wasm' ? [said] : []);
    await session.release();
  });

  test('what fails with fewer optimisations, too, fails for the first reason', async () => {
    const model = tinyModel({
      nodes: [node('Reshape', ['x', 's'], ['y'])],
      inputs: [
        { name: 'x', dtype: 'float32', shape: ['n'] },
        { name: 's', dtype: 'int64', shape: [1] },
      ],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['m'] }],
    });
    const session = await engine.load({ model, optimize: true });
    const feeds = (size: bigint) =>
      new Map([
        ['x', Tensor.from('float32', [2], [1, 2])],
        ['s', Tensor.fromBigInts('int64', [1], [size])],
      ]);
    await expect(session.run(feeds(3n), ['y'])).rejects.toMatchObject({ kind: 'refused' });
    expect([...session.remarks]).toEqual([]);
    await expect(session.run(feeds(2n), ['y'])).resolves.toBeDefined();
    await session.release();
  });
});
