import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { onnx, readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { editReference } from '../../src/formats/onnx/reference.js';
import { Tensor, type Value } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Network, network } from '../network.js';
import * as coreml from './coreml/judge.js';
import * as tfjs from './tfjs/judge.js';

const EPSILON = Math.fround(1e-5);
const SHAPE = [3, 2, 2, 2];
const x = Float32Array.from({ length: 24 }, (_, i) => Math.sin(2.3 * i) * (1 + i) + i);

/** By ONNX's definition: mean and variance (divided by the count) of each channel over the batch and space. */
function byTheBatch(): number[] {
  const channelOf = (i: number) => Math.floor(i / 4) % 2;
  const moments = [0, 1].map((channel) => {
    const numbers = Array.from(x).filter((_, i) => channelOf(i) === channel);
    const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
    return { mean, variance: numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length };
  });
  return Array.from(x, (each, i) => {
    const { mean, variance } = moments[channelOf(i)] ?? { mean: 0, variance: 1 };
    return (each - mean) / Math.sqrt(variance + EPSILON);
  });
}

const byStartValues = () => Array.from(x, (each) => each / Math.sqrt(1 + EPSILON));

type Statistics = (n: Network, x: Value) => readonly [Value, Value];

const constants: Statistics = (n) => [n.constant([0, 0]), n.constant([1, 1])];

/** A scale of ones and a bias of zeros: equal to the statistics, as `F.batch_norm` without weights writes them. */
function trained(statistics: Statistics, opset = 17, outputs = opset < 14 ? 5 : 3) {
  const build = (n: Network) => {
    const input = n.input(SHAPE, 'float32', 'x');
    const operands = [input, n.constant([1, 1]), n.constant([0, 0]), ...statistics(n, input)];
    const attributes = opset < 14 ? {} : { training_mode: 1 };
    return n.nodes('BatchNormalization', operands, attributes, outputs)[0] as Value;
  };
  return network(build, { opset });
}

/** The largest difference of four runs in one session: what a run changes for the next shows. */
async function difference(bytes: Uint8Array, expected: readonly number[], level: 'all' | 'disabled'): Promise<number> {
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: level, logSeverityLevel: 3 });
  let most = 0;
  for (let run = 0; run < 4; run++) {
    const answer = Object.values(await session.run({ x: new OrtTensor('float32', x, SHAPE) }))[0];
    expected.forEach((each, i) => {
      most = Math.max(most, Math.abs(each - Number(answer?.data[i])));
    });
  }
  await session.release();
  return most;
}

const kinds: [string, Statistics][] = [
  ['constants', constants],
  ['nodes', (n) => [n.node('Constant', [], { value: n.constant([0, 0]).constant }), repeated(n, 1)]],
  ['copies', (n) => [n.node('Identity', [n.constant([0, 0])]), n.node('Identity', [repeated(n, 1)])]],
  [
    'means of the input',
    (n, input) => [n.node('ReduceMean', [input], { axes: [0, 2, 3], keepdims: 0 }), n.constant([1, 1])],
  ],
];

function repeated(n: Network, number: number): Value {
  return n.node('ConstantOfShape', [n.integers([2])], { value: n.constant([number]).constant });
}

describe.each(kinds)('a batch norm in training mode whose statistics never were, as %s', (_, statistics) => {
  test.each([9, 13, 15, 17])(
    'operator set %i: written, it answers by the batch at any level and on every run',
    async (opset) => {
      const model = trained(statistics, opset);
      optimize(model);
      const bytes = writeOnnx(onnx.lower(model, {}).program);
      expect(await difference(bytes, byTheBatch(), 'all')).toBeLessThan(2e-6);
      expect(await difference(bytes, byTheBatch(), 'disabled')).toBeLessThan(2e-6);
    },
  );

  test('the source that it is compared with does so, too', async () => {
    for (const opset of [9, 17]) {
      const bytes = editReference(writeOnnx(trained(statistics, opset)), { inferenceMode: true });
      expect(await difference(bytes, byTheBatch(), 'all')).toBeLessThan(2e-6);
      expect(await difference(bytes, byTheBatch(), 'disabled')).toBeLessThan(2e-6);
    }
  });

  test('a second run gives the same bytes', () => {
    const once = trained(statistics);
    optimize(once);
    const bytes = writeOnnx(onnx.lower(once, {}).program);
    const twice = readOnnx(bytes);
    optimize(twice);
    expect(Buffer.from(writeOnnx(onnx.lower(twice, {}).program)).equals(Buffer.from(bytes))).toBe(true);
  });
});

test('results that the file leaves out are asked for in the source, since engines refuse it else', async () => {
  const bytes = editReference(writeOnnx(trained(constants, 17, 1)), { inferenceMode: true });
  expect(await difference(bytes, byTheBatch(), 'disabled')).toBeLessThan(2e-6);
});

test('the source follows what is asked', async () => {
  const bytes = writeOnnx(trained(constants));
  const inferring = editReference(bytes, { inferenceMode: true, batchNorm: 'inference' });
  expect(await difference(inferring, byStartValues(), 'all')).toBeLessThan(1e-5);
  const used = writeOnnx(trained((n) => [n.constant([1, 2]), n.constant([3, 4])]));
  const training = editReference(used, { inferenceMode: true, batchNorm: 'batch' });
  expect(await difference(training, byTheBatch(), 'all')).toBeLessThan(2e-6);
  const inferred = readOnnx(editReference(used, { inferenceMode: true }));
  expect(inferred.graph.nodesOf('BatchNormalization')[0]?.outputs).toHaveLength(1);
});

describe('written out for targets without such an operator, it answers by the batch', () => {
  test.each<[string, readonly (number | string)[]]>([
    ['images', [3, 4, 5, 6]],
    ['one image', [1, 4, 5, 6]],
    ['rows', [5, 4]],
    ['sequences', [3, 4, 7]],
  ])('%s', async (_, shape) => {
    const model = () =>
      network((n) => {
        const scale = [n.random([4]), n.random([4])];
        const start = [n.constant([0, 0, 0, 0]), n.constant([1, 1, 1, 1])];
        return n.nodes('BatchNormalization', [n.input(shape), ...scale, ...start], { training_mode: 1 }, 3)[0] as Value;
      });
    await tfjs.expectEquivalent(model());
    await coreml.expectEquivalent(model());
    await coreml.expectEquivalent(model(), { precision: 'fp16' });
  });

  test('an open batch in TF.js', async () => {
    const model = network((n) => {
      const operands = [n.random([4]), n.random([4]), n.constant([0, 0, 0, 0]), n.constant([1, 1, 1, 1])];
      return n.nodes(
        'BatchNormalization',
        [n.input(['batch', 4, 5, 6]), ...operands],
        { training_mode: 1 },
        3,
      )[0] as Value;
    });
    await tfjs.expectEquivalent(model, { sizes: { batch: 3 } });
  });
});

test('statistics of fp16 are read as they are: 0 and 1', () => {
  const model = network((n) => {
    const half = (number: number) => n.model.graph.addConstant(Tensor.from('float16', [2], [number, number]));
    const operands = [n.input(SHAPE, 'float16', 'x'), half(1), half(0), half(0), half(1)];
    return n.nodes('BatchNormalization', operands, { training_mode: 1 }, 3)[0] as Value;
  });
  const edited = readOnnx(editReference(writeOnnx(model), { inferenceMode: true }));
  expect(edited.graph.nodesOf('BatchNormalization')[0]?.int('training_mode', 0)).toBe(1);
});
