import { expect, test } from 'vitest';
import { removeDeadNodes } from '../../src/passes/remove-dead-nodes.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test('a whole branch that nobody reads goes', async () => {
  const model = network((n) => {
    const x = n.input([1, 3, 8, 8]);
    n.relu(n.batchNorm(n.conv(x, { kernel: 3 })));
    return n.sigmoid(x);
  });
  const graph = await expectExact(model, removeDeadNodes, 0);
  expect(graph.nodeCount).toBe(1);
});

test('indices of a pooling that nobody reads are no longer made', async () => {
  const model = network((n) => {
    const [pooled] = n.nodes('MaxPool', [n.input([1, 2, 4, 4])], { kernel_shape: [2, 2] }, 2);
    return n.relu(pooled as NonNullable<typeof pooled>);
  });
  const graph = await expectExact(model, removeDeadNodes, 0);
  expect(graph.nodesOf('MaxPool')[0]?.outputs).toHaveLength(1);
});

test('states of a recurrence that nobody reads are no longer made', async () => {
  const model = network((n) => {
    const weights = [n.random([1, 8, 3]), n.random([1, 8, 2])];
    const [all] = n.nodes('LSTM', [n.input([5, 1, 3]), ...weights], { hidden_size: 2 }, 3);
    return n.relu(all as NonNullable<typeof all>);
  });
  const graph = await expectExact(model, removeDeadNodes, 0);
  expect(graph.nodesOf('LSTM')[0]?.outputs).toHaveLength(1);
});

test('parts of a split that nobody reads stay: their number says how the tensor is cut', () => {
  const model = network((n) => {
    const [first] = n.nodes('Split', [n.input([4, 2])], { axis: 0 }, 2);
    return n.relu(first as NonNullable<typeof first>);
  });
  expectUntouched(model, removeDeadNodes);
});
