import { expect, test } from 'vitest';
import { joinTransposes } from '../../src/passes/join-transposes.js';
import { network } from '../network.js';
import { expectExact } from './apply-pass.js';

test('two transposes become one that moves axes as both do', async () => {
  const model = network((n) => n.relu(n.transpose(n.transpose(n.input([2, 3, 4, 5]), [0, 2, 3, 1]), [1, 0, 2, 3])));
  const graph = await expectExact(model, joinTransposes, 0);
  expect(graph.nodesOf('Relu')[0]?.input(0).producer?.input(0).isInput).toBe(true);
});

test('there and back again is nothing, with a batch size that is not known', async () => {
  const model = network((n) =>
    n.relu(n.transpose(n.transpose(n.input(['batch', 3, 4, 5]), [0, 2, 3, 1]), [0, 3, 1, 2])),
  );
  const graph = await expectExact(model, joinTransposes, 0);
  expect(graph.nodesOf('Relu')[0]?.input(0).isInput).toBe(true);
});

test('what else reads the inner transpose still does', async () => {
  const model = network((n) => {
    const inner = n.transpose(n.input([2, 3, 4]), [2, 0, 1]);
    return [n.relu(inner), n.transpose(inner, [0, 2, 1])];
  });
  const graph = await expectExact(model, joinTransposes, 0);
  expect(graph.count('Transpose')).toBe(2);
});
