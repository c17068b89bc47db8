import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { recomposeHardSigmoid } from '../../src/passes/recompose-hard-sigmoid.js';
import { recomposeHardSwish } from '../../src/passes/recompose-hard-swish.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const relu6 = (n: Network, x: Value, shift = 3, top = 6) =>
  n.node('Clip', [n.add(x, n.constant(shift)), n.constant(0), n.constant(top)]);

const around = (write: (n: Network, x: Value) => Value) => network((n) => write(n, n.relu(n.input([2, 8]))));

test.each([
  ['x * clip / 6', (n: Network, x: Value) => n.div(n.mul(x, relu6(n, x)), n.constant(6))],
  ['x * (clip / 6)', (n: Network, x: Value) => n.mul(x, n.div(relu6(n, x), n.constant(6)))],
  ['(clip * 1/6) * x', (n: Network, x: Value) => n.mul(n.mul(relu6(n, x), n.constant(1 / 6)), x)],
  [
    'x * HardSigmoid(x)',
    (n: Network, x: Value) => n.mul(x, n.node('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } })),
  ],
])('%s is HardSwish', async (_, write) => {
  const graph = await expectExact(around(write), recomposeHardSwish);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'HardSwish']);
});

test.each([
  ['clip / 6', (n: Network, x: Value) => n.div(relu6(n, x), n.constant(6))],
  ['1/6 * clip', (n: Network, x: Value) => n.mul(n.constant(1 / 6), relu6(n, x))],
])('%s is HardSigmoid', async (_, write) => {
  const graph = await expectExact(around(write), recomposeHardSigmoid);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'HardSigmoid']);
});

test('other bounds, shifts and slopes stay', () => {
  for (const [shift, top, divisor] of [
    [2.9, 6, 6],
    [3, 5, 6],
    [3, 6, 5],
  ] as const) {
    const model = around((n, x) => n.div(n.mul(x, relu6(n, x, shift, top)), n.constant(divisor)));
    expectUntouched(model, recomposeHardSwish);
    expectUntouched(model, recomposeHardSigmoid);
  }
  const slower = around((n, x) => n.mul(x, n.node('HardSigmoid', [x])));
  expectUntouched(slower, recomposeHardSwish);
  const gated = around((n, x) => n.div(n.mul(n.sigmoid(x), relu6(n, x)), n.constant(6)));
  expectUntouched(gated, recomposeHardSwish);
});

test('a gate of another value stays', () => {
  const clipped = network((n) => n.div(n.mul(n.input([2, 8]), relu6(n, n.input([2, 8]))), n.constant(6)));
  expectUntouched(clipped, recomposeHardSwish);
  const slope = { alpha: { float: 1 / 6 }, beta: { float: 0.5 } };
  const gated = network((n) => n.mul(n.input([2, 8]), n.node('HardSigmoid', [n.input([2, 8])], slope)));
  expectUntouched(gated, recomposeHardSwish);
});
