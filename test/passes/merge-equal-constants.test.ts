import { expect, test } from 'vitest';
import { mergeEqualConstants } from '../../src/passes/merge-equal-constants.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test('equal constants become one', async () => {
  const model = network((n) => {
    const x = n.input([2, 3]);
    return [n.add(x, n.constant([1, 2, 3])), n.mul(x, n.constant([1, 2, 3])), n.add(x, n.constant([1, 2, 4]))];
  });
  const graph = await expectExact(model, mergeEqualConstants, 0);
  const [first, second, third] = graph.sorted().map((node) => node.input(1));
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('large constants that differ in one element stay two', () => {
  const values = Array.from({ length: 4096 }, (_, i) => i % 7);
  for (const place of [0, 1, 1000, 2047, 4095]) {
    const other = values.map((value, i) => (i === place ? value + 1 : value));
    const model = network((n) => n.add(n.add(n.input([4096]), n.constant(values)), n.constant(other)));
    expectUntouched(model, mergeEqualConstants);
  }
});

test('the same bytes of another type or shape stay two', () => {
  const model = network((n) => {
    const x = n.input([1, 3]);
    return [n.add(x, n.constant([0, 0, 0])), n.add(x, n.constant([0, 0, 0], [1, 3]))];
  });
  expectUntouched(model, mergeEqualConstants);
});
