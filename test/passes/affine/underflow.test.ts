import { expect, test } from 'vitest';
import { outputsAlong, underflows } from '../../../src/passes/affine/underflow.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { network } from '../../network.js';

/** How many nodes are left of a 1x1 convolution of two channels in float16 and a scale behind it. */
function nodesLeft(weights: readonly number[], scale: number, bias?: readonly number[]): number {
  const model = network((n) => {
    const x = n.input([1, 2, 4, 4], 'float16');
    const constants = [
      n.constant(weights, [2, 2, 1, 1], 'float16'),
      ...(bias ? [n.constant(bias, [2], 'float16')] : []),
    ];
    const y = n.node('Conv', [x, ...constants], { kernel_shape: [1, 1] });
    return n.mul(y, n.constant([scale], [1], 'float16'));
  });
  optimize(model);
  return model.graph.nodeCount;
}

test('a scale that takes weights below the normal numbers of float16 stays: 2^-22.5 would be off by a third', () => {
  expect(nodesLeft([2 ** -8, 2 ** -9, 2 ** -8, 2 ** -9], 2 ** -14 * 1.4140625)).toBe(2);
});

test('one output that would lose its digits is enough', () => {
  expect(nodesLeft([1, 1, 2 ** -8, 2 ** -9], 2 ** -14 * 1.4140625)).toBe(2);
});

test('a small weight beside a large one goes with it, and so do small ones beside a bias', () => {
  expect(nodesLeft([1, 2 ** -10, 1, 2 ** -10], 2 ** -13 * 1.4140625)).toBe(1);
  expect(nodesLeft([2 ** -8, 2 ** -9, 2 ** -8, 2 ** -9], 2 ** -12 * 1.4140625, [100, 100])).toBe(1);
});

test('powers of two lose nothing there, and other types have the room', () => {
  expect(nodesLeft([2 ** -8, 2 ** -9, 2 ** -8, 2 ** -9], 2 ** -14)).toBe(1);
  const small = Float64Array.of(3e-8, 1e-8);
  expect(underflows('float16', small, outputsAlong([1, 2, 1, 1], 0), undefined)).toBe(true);
  expect(underflows('float32', small, outputsAlong([1, 2, 1, 1], 0), undefined)).toBe(false);
});

test.each([
  ['Conv [M, C, k]', [2, 3, 1], 0, 1, [0, 0, 0, 1, 1, 1]],
  ['Gemm [K, N]', [2, 3], 1, 1, [0, 1, 2, 0, 1, 2]],
  ['a ConvTranspose [C, M/g, k] in two groups', [2, 2, 2], 1, 2, [0, 0, 1, 1, 2, 2, 3, 3]],
])('outputs lie along their axis: %s', (_, shape, axis, groups, expected) => {
  const { count, outputOf } = outputsAlong(shape, axis, groups);
  expect(expected.map((_output, at) => outputOf(at))).toEqual(expected);
  expect(count).toBe(Math.max(...expected) + 1);
});
