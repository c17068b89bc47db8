import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { spellDifferences } from '../../src/passes/spell-differences.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const sizeOf = (n: Network, x: Value, axis: number) => n.node('Shape', [x], { start: axis, end: axis + 1 });

test.each<[string, (n: Network, height: Value, width: Value) => Value]>([
  ['H + -1 * W', (n, h, w) => n.add(h, n.mul(n.integers(-1), w))],
  ['W * [-1] + H', (n, h, w) => n.add(n.mul(w, n.integers([-1])), h)],
  ['H + -W', (n, h, w) => n.add(h, n.node('Neg', [w]))],
])('%s is H - W', async (_, build) => {
  const model = network((n) => {
    const x = n.input([1, 'height', 'width']);
    return build(n, sizeOf(n, x, 1), sizeOf(n, x, 2));
  });
  const graph = await expectExact(model, spellDifferences, 0);
  expect(graph.count('Sub')).toBe(1);
  expect(graph.count('Add')).toBe(0);
});

test.each<[string, (n: Network, h: Value, w: Value) => Value]>([
  ['another factor', (n, h, w) => n.add(h, n.mul(w, n.integers(-2)))],
  ['a constant that widens', (n, h, w) => n.add(h, n.mul(w, n.integers([-1, -1])))],
  ['a constant of more axes', (n, h, w) => n.add(h, n.mul(w, n.constant([-1], [1, 1], 'int64')))],
])('%s stays', (_, build) => {
  expectUntouched(
    network((n) => {
      const x = n.input([1, 'height', 'width']);
      return build(n, sizeOf(n, x, 1), sizeOf(n, x, 2));
    }),
    spellDifferences,
  );
});

test('floats stay', () => {
  const model = network((n) => {
    const x = n.input([2, 3]);
    return n.add(x, n.node('Neg', [n.relu(x)]));
  });
  expectUntouched(model, spellDifferences);
});
