import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { dropZeroBias } from '../../src/passes/drop-zero-bias.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const convWithBias = (bias: (n: Network) => Value) =>
  network((n) => n.node('Conv', [n.input([1, 2, 4, 4]), n.random([3, 2, 3, 3]), bias(n)]));

test('a bias of zeros is left out', async () => {
  const graph = await expectExact(
    convWithBias((n) => n.constant([0, 0, 0])),
    dropZeroBias,
    0,
  );
  expect(graph.nodesOf('Conv')[0]?.inputs).toHaveLength(2);
});

test('a bias with one number stays', () => {
  expectUntouched(
    convWithBias((n) => n.constant([0, 1e-30, 0])),
    dropZeroBias,
  );
});
