import { expect, test } from 'vitest';
import { joinReshapes } from '../../src/passes/join-reshapes.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test('two reshapes become one', async () => {
  const model = network((n) => n.relu(n.reshape(n.reshape(n.input([2, 12]), [24]), [4, 6])));
  const graph = await expectExact(model, joinReshapes, 0);
  expect(graph.nodesOf('Reshape').filter((node) => !node.output().isDead)).toHaveLength(1);
});

test('what comes back to its shape vanishes, with a batch size that is not known', async () => {
  const model = network((n) => {
    const x = n.relu(n.input(['batch', 6]));
    const image = n.node('Unsqueeze', [x, n.integers([2, 3])]);
    return n.sigmoid(n.node('Flatten', [image], { axis: 1 }));
  });
  const graph = await expectExact(model, joinReshapes, 0);
  expect(graph.nodesOf('Sigmoid')[0]?.input(0).producer?.operator).toBe('Relu');
});

test('a flatten after an unsqueeze flattens what came before', async () => {
  const model = network((n) => {
    const x = n.input(['batch', 2, 3]);
    return n.node('Flatten', [n.node('Unsqueeze', [x, n.integers([3])])], { axis: 1 });
  });
  const graph = await expectExact(model, joinReshapes, 0);
  expect(graph.outputs[0]?.producer?.input(0).isInput).toBe(true);
});

test('a result with two sizes that neither -1 nor 0 can say stays', () => {
  const model = network((n) => {
    const x = n.input(['a', 'b', 4]);
    const flat = n.reshape(x, [-1]);
    const sizes = n.input([2], 'int64', 'sizes');
    return n.node('Reshape', [flat, sizes]);
  });
  expectUntouched(model, joinReshapes);
});
