import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { meansOfGathered } from '../../src/passes/means-of-gathered.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

/** Indices as int64, which exporters write. */
const gathered = (n: Network, x: Value, axis: number, rows: number, indices: readonly number[]) =>
  n.node('Gather', [x, n.constant(indices, [rows, indices.length / rows], 'int64')], { axis });

const rows = [0, 1, 1, 2, 2, -1];

test('windows of two axes become a product for each', async () => {
  const model = network((n) => {
    const a = gathered(n, n.relu(n.input([1, 2, 4, 5])), 2, 3, rows);
    return n.node('ReduceMean', [gathered(n, a, 4, 2, [0, 1, 2, 2, 3, 4])], { axes: [3, 5], keepdims: 0 });
  });
  const graph = await expectExact(model, meansOfGathered);
  expect(graph.count('Gather')).toBe(0);
  expect(graph.count('MatMul')).toBe(2);
});

test('a sum along the last axis is one product', async () => {
  const model = network((n) => {
    const x = n.relu(n.input([3, 4]));
    return n.node('ReduceMean', [gathered(n, x, 1, 3, rows)], { axes: [-1], keepdims: 0 });
  });
  const graph = await expectExact(model, meansOfGathered);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'MatMul']);
});

test.each([
  ['rows are reduced, too', { axes: [1, 2], keepdims: 0 }],
  ['the axis stays', { axes: [2], keepdims: 1 }],
])('where %s it is left', (_, attributes) => {
  expectUntouched(
    network((n) => n.node('ReduceMean', [gathered(n, n.relu(n.input([3, 4])), 1, 3, rows)], attributes)),
    meansOfGathered,
  );
});
