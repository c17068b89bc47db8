import { expect, test } from 'vitest';
import type { Model, Value } from '../../src/model/index.js';
import { conv } from '../../src/operators/index.js';
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

/** A branch of z that is built where it is added, so that the order of the file is that of the sum. */
type Branch = (n: Network, z: Value) => Value;

const kernel =
  (height: number, width: number, dilation = 1): Branch =>
  (n, z) => {
    const pads = [height, width].map((taps) => ((taps - 1) * dilation) / 2);
    const attributes = { dilations: [dilation, dilation], pads: [...pads, ...pads] };
    return n.node('Conv', [z, n.random([4, 4, height, width])], attributes);
  };
const norm: Branch = (n, z) => n.batchNorm(z);
const scale: Branch = (n, z) => n.mul(z, n.random([4, 1, 1]));
const pool: Branch = (n, z) =>
  n.node('AveragePool', [z], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 });

const sumOf = (branches: readonly Branch[]) =>
  network((n) => {
    const z = n.relu(n.input(IMAGE));
    return n.relu(branches.map((build) => build(n, z)).reduce((sum, value) => n.add(sum, value)));
  });

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [place, item] of items.entries())
    for (const rest of permutations(items.toSpliced(place, 1))) yield [item, ...rest];
}

/** Branches, and the kernels that are left of them at the limits 1 and 2 of the cost, as height, width and dilation. */
const parted: readonly (readonly [string, readonly Branch[], string[], string[]])[] = [
  [
    '3x3, a dilated 3x3, 1x1, batch norm',
    [kernel(3, 3), kernel(3, 3, 2), kernel(1, 1), norm],
    ['3,3/1', '3,3/2'],
    ['5,5/1'],
  ],
  [
    '1x5, 5x1, 1x1, batch norm',
    [kernel(1, 5), kernel(5, 1), kernel(1, 1), norm],
    ['1,5/1', '5,1/1'],
    ['1,5/1', '5,1/1'],
  ],
  [
    '3x3, scale, average pooling, 1x5, 5x1',
    [kernel(3, 3), scale, pool, kernel(1, 5), kernel(5, 1)],
    ['1,5/1', '5,3/1'],
    ['5,5/1'],
  ],
];

function kernelsOf(model: Model): string[] {
  return Array.from(model.graph.nodesOf('Conv'), (node) => {
    const { dilations } = conv.parameters(node);
    return `${node.constant(1)?.shape.slice(2)}/${dilations[0]}`;
  }).sort();
}

test.each(parted)('%s: what fits is merged and the dear stays, in any order', (_, branches, kept, allowed) => {
  for (const order of permutations(branches)) {
    for (const [maxCost, kernels] of [[1, kept] as const, [2, allowed] as const]) {
      const model = sumOf(order);
      optimize(model, { maxCost });
      expect(kernelsOf(model)).toEqual(kernels);
      expect(model.graph.count('BatchNormalization', 'AveragePool', 'Mul')).toBe(0);
    }
  }
});

test('more terms than can be tried in every grouping part alike in other orders', async () => {
  const dilations = [1, 2, 3, 4, 5, 6, 7];
  const branches = [norm, ...dilations.map((dilation) => kernel(3, 3, dilation)), kernel(1, 1), scale, norm];
  for (const order of [branches, branches.toReversed(), [...branches.slice(4), ...branches.slice(0, 4)]]) {
    const model = sumOf(order);
    await expectExact(model, gatherTerms());
    optimize(model);
    expect(kernelsOf(model)).toEqual(dilations.map((dilation) => `3,3/${dilation}`));
    expect(model.graph.count('BatchNormalization', 'Mul')).toBe(0);
  }
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
