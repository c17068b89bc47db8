import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { gatherInFewerAxes } from '../../src/passes/gather-in-fewer-axes.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

/** Windows of 3 x 2 of every second row and each column, as PyTorch's `unfold` is exported. */
function unfolded(n: Network, x: Value): { windows: Value; columns: Value } {
  const rows = n.node('Gather', [x, n.constant([0, 2, 1, 3, 2, 4], [3, 2], 'int64')], { axis: 2 });
  const both = n.node('Gather', [rows, n.constant([0, 1, 2, 1, 2, 3], [2, 3], 'int64')], { axis: 4 });
  const windows = n.node('Transpose', [both], { perm: [0, 1, 2, 4, 3, 5] });
  return { windows, columns: n.node('Reshape', [windows, n.integers([0, 18, 6])]) };
}

test.each([2, 'batch'])('windows are gathered in five axes at most, of a batch of %s', async (batch) => {
  const model = network((n) => unfolded(n, n.input([batch, 3, 5, 4])).columns);
  const graph = await expectExact(model, gatherInFewerAxes, 0);
  for (const { outputs } of graph.sorted()) expect(outputs[0]?.rank).toBeLessThan(6);
});

test('others stay', () => {
  const both = (n: Network) => Object.values(unfolded(n, n.input([2, 3, 5, 4])));
  expectUntouched(network(both), gatherInFewerAxes);
  expectUntouched(
    network((n) => unfolded(n, n.input([2, 'channels', 5, 4])).columns),
    gatherInFewerAxes,
  );
  const apart = network((n) => {
    const x = n.node('Gather', [n.input([2, 3, 2, 3, 4]), n.constant([0, 1, 1, 2], [2, 2], 'int64')], { axis: 4 });
    const turned = n.node('Transpose', [x], { perm: [1, 0, 3, 2, 5, 4] });
    return n.node('Reshape', [turned, n.integers([-1])]);
  });
  expectUntouched(apart, gatherInFewerAxes);
});
