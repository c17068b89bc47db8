import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { dropNeutralArithmetic } from '../../src/passes/drop-neutral-arithmetic.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const around = (write: (n: Network, x: Value) => Value, shape: readonly (number | string)[] = [2, 3, 4]) =>
  network((n) => n.relu(write(n, n.relu(n.input(shape)))));

test.each([
  ['Add', 0],
  ['Sub', 0],
  ['Mul', 1],
  ['Div', 1],
  ['Pow', 1],
])('%s with %d disappears, as a scalar, as a vector and as a channel constant', async (operator, neutral) => {
  for (const shape of [[], [1], [4], [3, 1], [2, 3, 4]]) {
    const count = shape.reduce((a, b) => a * b, 1);
    const model = around((n, x) => n.node(operator, [x, n.constant(new Array<number>(count).fill(neutral), shape)]));
    const graph = await expectExact(model, dropNeutralArithmetic, 0);
    expect(graph.nodeCount).toBe(2);
  }
});

test('the 0 that sum() starts with may come first', async () => {
  const model = around((n, x) => n.add(n.constant(0), x), ['batch', 3]);
  const graph = await expectExact(model, dropNeutralArithmetic, 0);
  expect(graph.count('Add')).toBe(0);
});

test.each([
  ['0 - x', (n: Network, x: Value) => n.sub(n.constant(0), x)],
  ['1 / x', (n: Network, x: Value) => n.div(n.constant(1), x)],
  ['1 ^ x', (n: Network, x: Value) => n.node('Pow', [n.constant(1), x])],
  ['x + [0, 0, 0, 1]', (n: Network, x: Value) => n.add(x, n.constant([0, 0, 0, 1]))],
  ['a zero of higher rank', (n: Network, x: Value) => n.add(x, n.constant([0], [1, 1, 1, 1]))],
])('%s stays', (_, write) => {
  expectUntouched(around(write), dropNeutralArithmetic);
});

test('a zero that stretches x stays', () => {
  expectUntouched(
    around((n, x) => n.add(x, n.constant([0, 0, 0, 0])), [2, 1]),
    dropNeutralArithmetic,
  );
  expectUntouched(
    around((n, x) => n.add(x, n.constant([0, 0, 0, 0])), [2, 'width']),
    dropNeutralArithmetic,
  );
});
