import { expect, test } from 'vitest';
import { Tensor, type Value } from '../../src/model/index.js';
import { dropOverwritten } from '../../src/passes/drop-overwritten.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const OPEN = ['batch', 4];

/** 0, 1, … below the number of rows of `x`. */
function whole(n: Network, x: Value): Value {
  const count = n.node('Gather', [n.node('Shape', [x]), n.integers(0)]);
  return n.node('Range', [n.integers(0), count, n.integers(1)]);
}

const column = (n: Network, list: Value) => n.node('Unsqueeze', [list, n.integers([-1])]);

function listed(n: Network, indices: readonly number[]): Value {
  return n.model.graph.addConstant(Tensor.ofShape(indices).reshape([indices.length, 1]));
}

test('a value whose every row is written over is what it is written over with', async () => {
  const graph = await expectExact(
    network((n) => {
      const [x, z] = [n.input(OPEN), n.input(OPEN)];
      return n.relu(n.node('ScatterND', [n.relu(x), column(n, whole(n, x)), n.relu(z)]));
    }),
    dropOverwritten,
    0,
  );
  expect(graph.count('ScatterND')).toBe(0);
});

test('so is one of known size, its rows being listed', async () => {
  const graph = await expectExact(
    network((n) => n.node('ScatterND', [n.relu(n.input([3, 2])), listed(n, [0, 1, 2]), n.relu(n.input([3, 2]))])),
    dropOverwritten,
    0,
  );
  expect(graph.count('ScatterND')).toBe(0);
});

const three = (n: Network) => n.input([3, 2]);
test.each<[string, (n: Network) => Value]>([
  ['rows in another order', (n) => n.node('ScatterND', [n.relu(three(n)), listed(n, [0, 2, 1]), n.relu(three(n))])],
  ['not every row', (n) => n.node('ScatterND', [n.relu(three(n)), listed(n, [0, 1]), n.relu(n.input([2, 2]))])],
  [
    'rows that are added',
    (n) => n.node('ScatterND', [n.relu(three(n)), listed(n, [0, 1, 2]), n.relu(three(n))], { reduction: 'add' }),
  ],
  [
    'as many rows as another value has',
    (n) => n.node('ScatterND', [n.input(OPEN), column(n, whole(n, n.input(['n', 4]))), n.input(['n', 4])]),
  ],
])('%s stay', (_, build) => {
  expectUntouched(
    network((n) => n.relu(build(n))),
    dropOverwritten,
  );
});
