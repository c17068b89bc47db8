import { expect, test } from 'vitest';
import type { Shape, Value } from '../../src/model/index.js';
import { dropCopies } from '../../src/passes/drop-copies.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const around = (write: (n: Network, x: Value) => Value, shape: Shape = ['batch', 3, 4, 4]) =>
  network((n) => n.relu(write(n, n.relu(n.input(shape)))));

const nothing: readonly [string, (n: Network, x: Value) => Value, Shape?][] = [
  ['Cast to float32 of float32', (n, x) => n.node('Cast', [x], { to: 1 })],
  ['Reshape to the same shape', (n, x) => n.reshape(x, [-1, 3, 4, 4])],
  ['Flatten of a matrix', (n, x) => n.node('Flatten', [x], { axis: 1 }), ['batch', 5]],
  ['Expand by ones', (n, x) => n.node('Expand', [x, n.integers([1, 1, 1, 1])])],
  ['Tile once', (n, x) => n.node('Tile', [x, n.integers([1, 1, 1, 1])])],
  ['Transpose that moves no axis', (n, x) => n.transpose(x, [0, 1, 2, 3])],
  ['Pad by nothing', (n, x) => n.node('Pad', [x, n.integers([0, 0, 0, 0, 0, 0, 0, 0])])],
  ['Slice of everything', (n, x) => n.node('Slice', [x, n.integers([0]), n.integers([2 ** 31]), n.integers([2])])],
  ['Concat of one', (n, x) => n.concat([x])],
  ['Max of one', (n, x) => n.node('Max', [x])],
  ['Split into one', (n, x) => n.nodes('Split', [x, n.integers([3])], { axis: 1 }, 1)[0] as Value],
  ['Resize by 1', (n, x) => n.node('Resize', [x, undefined, n.constant([1, 1, 1, 1])], { mode: 'linear' })],
  [
    'Resize to the same size',
    (n, x) => n.node('Resize', [x, undefined, undefined, n.integers([2, 3, 4, 4])]),
    [2, 3, 4, 4],
  ],
];

test.each(nothing)('%s disappears', async (_, write, shape) => {
  const graph = await expectExact(around(write, shape), dropCopies, 0);
  expect(graph.nodeCount).toBe(2);
});

test.each<[string, (n: Network, x: Value) => Value]>([
  ['LeakyRelu', (n, x) => n.node('LeakyRelu', [x], { alpha: { float: 1 } })],
  ['PRelu', (n, x) => n.node('PRelu', [x, n.constant([1, 1, 1], [3, 1, 1])])],
])('%s with slopes of 1 disappears, negative numbers or not', async (_, write) => {
  const graph = await expectExact(
    network((n) => n.relu(write(n, n.sub(n.input([2, 3, 4, 4]), n.constant(0.5))))),
    dropCopies,
    0,
  );
  expect(graph.nodeCount).toBe(2);
});

const something: readonly [string, (n: Network, x: Value) => Value, Shape?][] = [
  ['Cast to float64', (n, x) => n.node('Cast', [x], { to: 11 })],
  ['Transpose of axes of equal size', (n, x) => n.transpose(x, [0, 1, 3, 2])],
  ['Pad that moves', (n, x) => n.node('Pad', [x, n.integers([0, 0, 0, 1, 0, 0, 0, -1])])],
  ['Slice that reverses', (n, x) => n.node('Slice', [x, ...[3, -5, 3, -1].map((value) => n.integers([value]))])],
  ['Resize that rounds to the same size', (n, x) => n.node('Resize', [x, undefined, n.constant([1, 1, 1.1, 1.1])])],
  ['LeakyRelu of slope 0.5', (n, x) => n.node('LeakyRelu', [x], { alpha: { float: 0.5 } })],
  ['PRelu with one slope that is not 1', (n, x) => n.node('PRelu', [x, n.constant([1, 1, 2], [3, 1, 1])])],
  ['Reshape that may change the batch', (n, x) => n.reshape(x, [2, -1, 4, 4])],
  ['Expand that may stretch', (n, x) => n.node('Expand', [x, n.integers([2, 3, 4, 4])]), ['batch', 3, 4, 4]],
];

test.each(something)('%s stays', (_, write, shape) => {
  expectUntouched(around(write, shape), dropCopies);
});

test('a chain of identities disappears', async () => {
  const model = network((n) => {
    let y = n.relu(n.input([1, 3, 4, 4]));
    for (let i = 0; i < 5; i++) y = n.node('Identity', [y]);
    return n.sigmoid(y);
  });
  const graph = await expectExact(model, dropCopies, 0);
  expect(graph.nodeCount).toBe(2);
});

test('an identity that is the output hands its public name to what it copies', async () => {
  const model = network((n) => n.node('Identity', [n.relu(n.input([2, 3]))]));
  const graph = await expectExact(model, dropCopies, 0);
  expect(graph.nodeCount).toBe(1);
});

test('a constant behind an identity comes to its readers', async () => {
  const model = network((n) => n.add(n.input([2, 3]), n.node('Identity', [n.random([3])])));
  const graph = await expectExact(model, dropCopies, 0);
  expect(graph.sorted()[0]?.constant(1)?.shape).toEqual([3]);
});

test('an identity between two public names stays', () => {
  expectUntouched(
    network((n) => n.node('Identity', [n.input([2])])),
    dropCopies,
  );
  expectUntouched(
    network((n) => {
      const y = n.relu(n.input([2]));
      return [y, n.node('Identity', [y])];
    }),
    dropCopies,
  );
});

test('dropout in inference mode disappears', async () => {
  const model = network((n) => n.relu(n.node('Dropout', [n.relu(n.input([2, 3])), n.constant(0.5)])));
  const graph = await expectExact(model, dropCopies, 0);
  expect(graph.count('Dropout')).toBe(0);
});

test('dropout whose mask is read, or that may train, stays', () => {
  expectUntouched(
    network((n) => n.nodes('Dropout', [n.relu(n.input([2, 3]))], {}, 2)),
    dropCopies,
  );
  expectUntouched(
    network((n) => {
      const mode = n.input([], 'bool', 'training');
      return n.relu(n.node('Dropout', [n.relu(n.input([2, 3])), n.constant(0.5), mode]));
    }),
    dropCopies,
  );
});
