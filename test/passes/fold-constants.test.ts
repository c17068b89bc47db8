import { expect, test } from 'vitest';
import type { Model, Value } from '../../src/model/index.js';
import { foldConstants } from '../../src/passes/fold-constants.js';
import { Changes } from '../../src/passes/pass.js';
import { optimize } from '../../src/passes/pipeline.js';
import { targetPasses } from '../../src/passes/target-passes.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test('arithmetic on constants is done once', async () => {
  const model = network((n) => n.add(n.input([2, 3]), n.mul(n.random([3]), n.add(n.constant(2), n.constant(0.5)))));
  const graph = await expectExact(model, foldConstants);
  expect(graph.nodeCount).toBe(1);
});

test('the shape of an input of fixed size is a constant, and so is what is computed from it', async () => {
  const model = network((n) => {
    const x = n.input([2, 3, 4, 4]);
    const shape = n.node('Shape', [x]);
    const batch = n.node('Gather', [shape, n.integers(0)]);
    const flat = n.node('Unsqueeze', [batch, n.integers([0])]);
    return n.node('Reshape', [x, n.concat([flat, n.integers([-1])], 0)]);
  });
  const graph = await expectExact(model, foldConstants, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Reshape']);
  expect(graph.sorted()[0]?.constant(1)?.toIntegers()).toEqual([2, -1]);
});

test('of a shape with an unknown batch the known sizes are constants', async () => {
  const model = network((n) => {
    const x = n.input(['batch', 3, 4, 4]);
    const width = n.node('Gather', [n.node('Shape', [x]), n.integers(3)]);
    return n.add(x, n.node('Cast', [width], { to: 1 }));
  });
  const graph = await expectExact(model, foldConstants, 0);
  expect(graph.nodesOf('Add')[0]?.constant(1)?.toFloat64()).toEqual(Float64Array.of(4));
});

test('a scalar stays a scalar: an index of rank 1 would raise the rank of what it picks', async () => {
  const model = network((n) => {
    const index = n.sub(n.integers(2), n.integers(1));
    return n.node('Gather', [n.input([3, 4]), index]);
  });
  const graph = await expectExact(model, foldConstants, 0);
  expect(graph.sorted()[0]?.constant(1)?.shape).toEqual([]);
});

test('what becomes known by folding is folded in the same run', async () => {
  const model = network((n) => {
    const x = n.input([2, 8]);
    const half = n.node('Floor', [n.div(n.constant(17), n.constant(2))]);
    const size = n.node('Cast', [half], { to: 7 });
    const ones = n.node('ConstantOfShape', [n.node('Unsqueeze', [size, n.integers([0])])]);
    return n.add(x, n.node('ReduceSum', [ones], { keepdims: 0 }));
  });
  const graph = await expectExact(model, foldConstants, 0);
  expect(graph.nodeCount).toBe(1);
});

test('a convolution of a constant folds', async () => {
  const model = network((n) =>
    n.add(n.input([1, 4, 6, 6]), n.conv(n.random([1, 3, 8, 8]), { channels: 4, kernel: 3 })),
  );
  const graph = await expectExact(model, foldConstants);
  expect(graph.count('Conv')).toBe(0);
});

test('a constant that is an output keeps its node and its name', async () => {
  const model = network((n) => {
    const sum = n.add(n.constant([1, 2]), n.constant([3, 4]));
    return [sum, n.mul(n.input([2]), sum)];
  });
  const graph = await expectExact(model, foldConstants, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Add', 'Mul']);
  expect(graph.nodesOf('Mul')[0]?.constant(1)?.toFloat64()).toEqual(Float64Array.of(4, 6));
});

test('random numbers are never folded', () => {
  const model = network((n) =>
    n.add(n.input([2, 3]), n.node('RandomUniformLike', [n.constant([1, 2, 3])], { seed: { float: 1 } })),
  );
  expectUntouched(model, foldConstants);
});

test('a few bytes that describe terabytes are left alone', () => {
  const huge = network((n) => {
    const zeros = n.node('ConstantOfShape', [n.integers([2 ** 20, 2 ** 20])]);
    return n.add(n.input([1]), n.node('ReduceMax', [zeros], { keepdims: 0 }));
  });
  expectUntouched(huge, foldConstants);
});

test('a chain that doubles a constant stops growing at the budget', () => {
  const model = network((n) => {
    let value = n.constant([1, 2, 3, 4]);
    for (let i = 0; i < 25; i++) value = n.concat([value, value], 0);
    return n.mul(n.input([1]), value);
  });
  const { graph } = model;
  foldConstants.run(graph, new Changes());
  const largest = Math.max(
    ...graph.sorted().flatMap((node) => node.inputs.map((value) => value?.constant?.byteLength ?? 0)),
  );
  expect(largest).toBeGreaterThan(2 ** 19);
  expect(largest).toBeLessThanOrEqual(2 ** 20 + 2 * 16);
});

/** A weight of 2 MiB, its mean and deviation over each row, as exporters write them. */
function standardised(n: Network, weight: Value, isTwice: boolean): Value {
  const mean = n.node('ReduceMean', [weight], { axes: [1] });
  const centred = n.sub(weight, mean);
  const other = isTwice ? n.sub(weight, mean) : centred;
  const variance = n.node('ReduceMean', [n.mul(other, other)], { axes: [1] });
  return n.div(centred, n.node('Sqrt', [n.add(variance, n.constant(1e-5))]));
}

test.each([
  ['once', false],
  ['twice', true],
])('a standardised weight of 2 MiB is one constant, its mean being taken away %s', (_, isTwice) => {
  const model = network((n) => n.node('MatMul', [n.input([4, 512]), standardised(n, n.random([512, 1024]), isTwice)]));
  const weight = [...model.graph.nodesOf('ReduceMean')][0]?.constant(0)?.toFloat64() ?? new Float64Array();
  optimize(model, { fuse: false });
  expect(model.graph.sorted().map(({ operator }) => operator)).toEqual(['MatMul']);
  const made = [...model.graph.nodesOf('MatMul')][0]?.constant(1)?.toFloat64();
  const row = weight.subarray(0, 1024);
  const mean = row.reduce((sum, value) => sum + value, 0) / 1024;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1024;
  for (const at of [0, 1, 1023])
    expect(made?.[at]).toBeCloseTo(((row[at] ?? 0) - mean) / Math.sqrt(variance + 1e-5), 6);
});

test('of a constant of 2 MiB that several nodes read, no copies are made that would stay', () => {
  const model = network((n) => {
    const weight = n.random([512, 1024]);
    const x = n.input([4, 512]);
    const made = [2, 3, 4].map((factor) => n.node('MatMul', [x, n.mul(weight, n.constant(factor))]));
    return [...made, n.add(n.input([1]), n.node('ReduceMax', [weight], { keepdims: 0 }))];
  });
  optimize(model, { fuse: false });
  expect(model.graph.count('Mul')).toBe(3);
  expect(model.graph.count('ReduceMax')).toBe(0);
});

test('a constant of 2 MiB is not copied in another order while others read it as it is', () => {
  const model = network((n) => {
    const weight = n.random([512, 1024]);
    const x = n.input([4, 512]);
    return [n.node('MatMul', [x, weight]), n.node('MatMul', [n.input([4, 1024]), n.transpose(weight, [1, 0])])];
  });
  expectUntouched(model, foldConstants);
});

/** A convolution whose image and weight were quantised, and what stands behind it. */
function quantizedNetwork(behind: (n: Network, y: Value) => Value): { model: Model; image: number } {
  const model = network((n) => {
    const scale = n.constant(0.5);
    const uint8 = (x: Value) => n.node('DequantizeLinear', [n.node('QuantizeLinear', [x, scale]), scale]);
    const weight = n.node('Cast', [n.random([4, 3, 1, 1], -100, 100)], { to: 3 });
    const image = uint8(n.input([1, 3, 4, 4]));
    return behind(n, n.node('Conv', [image, n.node('DequantizeLinear', [weight, scale])]));
  });
  return { model, image: 1 };
}

const quantize = (n: Network, y: Value) => n.node('QuantizeLinear', [y, n.constant(0.25)]);

test.each<[string, (n: Network, y: Value) => Value]>([
  ['at once', quantize],
  ['behind a Relu', (n, y) => quantize(n, n.relu(y))],
])('a weight of integers stays so between quantised activations, for engines that compute with it: %s', (_, behind) => {
  const { model, image } = quantizedNetwork(behind);
  optimize(model);
  expect(model.graph.count('DequantizeLinear')).toBe(image + 1);
  expect([...model.graph.nodesOf('DequantizeLinear')].map((node) => node.constant(0)?.dtype)).toContain('int8');
  for (const pass of targetPasses) pass.run(model.graph, new Changes());
  expect(model.graph.count('DequantizeLinear')).toBe(image);
});

test.each<[string, (n: Network, y: Value) => Value]>([
  ['the result stays in float', (n, y) => n.relu(y)],
  ['a batch norm wants it', (n, y) => quantize(n, n.batchNorm(y))],
  ['others read the result', (n, y) => n.concat([quantize(n, y), quantize(n, n.relu(y))])],
])('a weight of integers becomes float where %s', (_, behind) => {
  const { model, image } = quantizedNetwork(behind);
  optimize(model);
  expect(model.graph.count('DequantizeLinear')).toBe(image);
});
