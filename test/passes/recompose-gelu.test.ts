import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { recomposeGelu } from '../../src/passes/recompose-gelu.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';
import { onePlusErf, onePlusTanh } from './gelu.js';

const orders: readonly [string, (n: Network, x: Value, sum: Value) => Value][] = [
  ['(x * s) * 0.5', (n, x, s) => n.mul(n.mul(x, s), n.constant(0.5))],
  ['x * (0.5 * s)', (n, x, s) => n.mul(x, n.mul(n.constant(0.5), s))],
  ['(0.5 * x) * s', (n, x, s) => n.mul(n.mul(n.constant(0.5), x), s)],
  ['s * (x / 2)', (n, x, s) => n.mul(s, n.div(x, n.constant(2)))],
];

test.each(orders)('GELU with erf, written %s, is Gelu', async (_, write) => {
  for (const asProduct of [false, true]) {
    const model = network(
      (n) => {
        const x = n.relu(n.input([2, 8]));
        return write(n, x, onePlusErf(n, x, asProduct));
      },
      { opset: 20 },
    );
    const graph = await expectExact(model, recomposeGelu);
    expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'Gelu']);
  }
});

test.each(orders)('GELU with tanh, written %s, is Gelu', async (_, write) => {
  const model = network(
    (n) => {
      const x = n.relu(n.input([2, 8]));
      return write(n, x, onePlusTanh(n, x));
    },
    { opset: 20 },
  );
  const graph = await expectExact(model, recomposeGelu);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'Gelu']);
});

test('what is nearly GELU stays', () => {
  const nearly = (write: (n: Network, x: Value) => Value) => network((n) => write(n, n.input([2, 8])));
  expectUntouched(
    nearly((n, x) => n.mul(n.mul(x, onePlusErf(n, x)), n.constant(0.49))),
    recomposeGelu,
  );
  expectUntouched(
    nearly((n, x) => n.mul(n.mul(x, onePlusErf(n, x, false, 1.4)), n.constant(0.5))),
    recomposeGelu,
  );
  expectUntouched(
    nearly((n, x) => n.mul(n.mul(x, onePlusTanh(n, x, 0.0447)), n.constant(0.5))),
    recomposeGelu,
  );
  expectUntouched(
    nearly((n, x) => n.mul(n.mul(n.relu(x), onePlusErf(n, x)), n.constant(0.5))),
    recomposeGelu,
  );
});

test('a GELU whose inside is read elsewhere stays', () => {
  const model = network((n) => {
    const x = n.input([2, 8]);
    const sum = onePlusErf(n, x);
    return [n.mul(n.mul(x, sum), n.constant(0.5)), n.relu(sum)];
  });
  expectUntouched(model, recomposeGelu);
});
