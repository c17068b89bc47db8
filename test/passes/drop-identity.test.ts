import { expect, test } from 'vitest';
import { dropIdentity } from '../../src/passes/drop-identity.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test('a chain of identities disappears', async () => {
  const model = network((n) => {
    let y = n.relu(n.input([1, 3, 4, 4]));
    for (let i = 0; i < 5; i++) y = n.node('Identity', [y]);
    return n.sigmoid(y);
  });
  const graph = await expectExact(model, dropIdentity, 0);
  expect(graph.nodeCount).toBe(2);
});

test('an identity that is the output hands its public name to what it copies', async () => {
  const model = network((n) => n.node('Identity', [n.relu(n.input([2, 3]))]));
  const graph = await expectExact(model, dropIdentity, 0);
  expect(graph.nodeCount).toBe(1);
});

test('a constant behind an identity comes to its readers', async () => {
  const model = network((n) => n.add(n.input([2, 3]), n.node('Identity', [n.random([3])])));
  const graph = await expectExact(model, dropIdentity, 0);
  expect(graph.sorted()[0]?.constant(1)?.shape).toEqual([3]);
});

test('an identity between two public names stays', () => {
  expectUntouched(
    network((n) => n.node('Identity', [n.input([2])])),
    dropIdentity,
  );
  expectUntouched(
    network((n) => {
      const y = n.relu(n.input([2]));
      return [y, n.node('Identity', [y])];
    }),
    dropIdentity,
  );
});

test('dropout in inference mode disappears', async () => {
  const model = network((n) => n.relu(n.node('Dropout', [n.relu(n.input([2, 3])), n.constant(0.5)])));
  const graph = await expectExact(model, dropIdentity, 0);
  expect(graph.count('Dropout')).toBe(0);
});

test('dropout whose mask is read, or that may train, stays', () => {
  expectUntouched(
    network((n) => n.nodes('Dropout', [n.relu(n.input([2, 3]))], {}, 2)),
    dropIdentity,
  );
  expectUntouched(
    network((n) => {
      const mode = n.input([], 'bool', 'training');
      return n.relu(n.node('Dropout', [n.relu(n.input([2, 3])), n.constant(0.5), mode]));
    }),
    dropIdentity,
  );
});
