import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { gatherTerms } from '../../src/passes/gather-terms.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const IMAGE = [2, 4, 9, 11];

const branch = (n: Network, z: Value, kernel = 3) => n.batchNorm(n.conv(z, { kernel, pad: (kernel - 1) / 2 }));

/** Sums of x and of two branches and a skip of z, in an order in which no two terms of z stand together. */
const orders: readonly (readonly [string, (n: Network, x: Value, z: Value) => Value])[] = [
  ['x first', (n, x, z) => n.add(n.add(n.add(x, branch(n, z)), branch(n, z, 1)), z)],
  ['x in the middle', (n, x, z) => n.add(n.add(n.add(branch(n, z), x), branch(n, z, 1)), z)],
  ['a tree', (n, x, z) => n.add(n.add(x, branch(n, z)), n.add(n.mul(x, n.constant(2)), n.add(branch(n, z, 1), z)))],
  ['differences', (n, x, z) => n.node('Sub', [n.node('Sub', [x, branch(n, z)]), branch(n, z, 1)])],
  ['one Sum', (n, x, z) => n.node('Sum', [branch(n, z), x, branch(n, z, 1), z])],
];

function build(order: (n: Network, x: Value, z: Value) => Value) {
  return network((n) => {
    const x = n.relu(n.input(IMAGE));
    return n.relu(order(n, x, n.node('Sigmoid', [x])));
  });
}

test.each(orders)('terms of one source come together: %s', async (_, order) => {
  await expectExact(build(order), gatherTerms());
});

test.each(orders)('and become one convolution: %s', (_, order) => {
  const model = build(order);
  optimize(model);
  expect(model.graph.count('Conv')).toBe(1);
  expect(model.graph.count('BatchNormalization')).toBe(0);
});

test('of terms that others read, the rest comes together', () => {
  const model = network((n) => {
    const z = n.relu(n.input(IMAGE));
    const [a, b] = [branch(n, z), branch(n, z, 1)];
    return [n.add(n.add(a, b), n.batchNorm(z)), a];
  });
  optimize(model);
  expect(model.graph.count('Conv')).toBe(2);
  expect(model.graph.count('BatchNormalization')).toBe(0);
});

test.each<[string, (n: Network) => Value | readonly Value[]]>([
  [
    'terms of one source that stand together',
    (n) => {
      const [x, z] = [n.relu(n.input(IMAGE)), n.node('Sigmoid', [n.input(IMAGE, 'float32', 'z')])];
      return n.add(x, n.add(branch(n, z), branch(n, z, 1)));
    },
  ],
  [
    'terms that make no cheaper convolution together',
    (n) => {
      const [x, z] = [n.relu(n.input(IMAGE)), n.node('Sigmoid', [n.input(IMAGE, 'float32', 'z')])];
      // One kernel of 5x5 for what 9 taps do.
      const strip = (sizes: readonly [number, number], pads: readonly [number, number]) =>
        n.node('Conv', [z, n.random([4, 4, ...sizes])], { pads: [...pads, ...pads] });
      return n.add(n.add(strip([5, 1], [2, 0]), x), strip([1, 5], [0, 2]));
    },
  ],
  [
    'an addition that is an output',
    (n) => {
      const [x, z] = [n.relu(n.input(IMAGE)), n.node('Sigmoid', [n.input(IMAGE, 'float32', 'z')])];
      const first = n.add(x, branch(n, z));
      return [n.add(first, branch(n, z, 1)), first];
    },
  ],
])('%s stay as they are', (_, of) => {
  expectUntouched(network(of), gatherTerms());
});

test('a long chain of additions is no problem', () => {
  const model = network((n) => {
    let sum = n.input([1, 2, 3, 3]);
    for (let i = 0; i < 20_000; i++) sum = n.add(sum, n.input([1, 2, 3, 3], 'float32', `x${i}`));
    return sum;
  });
  inferTypes(model.graph);
  expectUntouched(model, gatherTerms());
});
