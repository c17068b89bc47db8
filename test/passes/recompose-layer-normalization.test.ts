import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { recomposeLayerNormalization } from '../../src/passes/recompose-layer-normalization.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

function normalized(n: Network, x: Value, axes: readonly number[] = [-1], epsilon = 1e-5): Value {
  const difference = n.sub(x, n.node('ReduceMean', [x], { axes }));
  const variance = n.node('ReduceMean', [n.node('Pow', [difference, n.constant(2)])], { axes });
  return n.div(difference, n.node('Sqrt', [n.add(variance, n.constant(epsilon))]));
}

const operators = (graph: { sorted(): readonly { operator: string }[] }) => graph.sorted().map((node) => node.operator);

test('the arithmetic of a layer norm is one node, its scale and bias included', async () => {
  const model = network((n) => n.add(n.mul(normalized(n, n.input([2, 5, 8])), n.random([8])), n.random([8])));
  const graph = await expectExact(model, recomposeLayerNormalization);
  expect(operators(graph)).toEqual(['LayerNormalization']);
  expect(graph.sorted()[0]?.float('epsilon', 0)).toBeCloseTo(1e-5, 12);
});

test('it needs neither scale nor bias, and may span two axes', async () => {
  const model = network((n) => n.relu(normalized(n, n.input(['batch', 5, 8]), [1, 2], 1e-3)));
  const graph = await expectExact(model, recomposeLayerNormalization);
  expect(operators(graph)).toEqual(['LayerNormalization', 'Relu']);
});

test('a scale of another shape stays behind it', async () => {
  const model = network((n) => n.mul(normalized(n, n.input([2, 5, 8])), n.random([5, 1])));
  const graph = await expectExact(model, recomposeLayerNormalization);
  expect(operators(graph)).toEqual(['LayerNormalization', 'Mul']);
});

test('a norm over channels of an image, over different axes, or with its mean read elsewhere stays', () => {
  expectUntouched(
    network((n) => normalized(n, n.input([2, 5, 4, 4]), [1])),
    recomposeLayerNormalization,
  );
  const uneven = network((n) => {
    const x = n.input([2, 5, 8]);
    const difference = n.sub(x, n.node('ReduceMean', [x], { axes: [-1] }));
    const variance = n.node('ReduceMean', [n.mul(difference, difference)], { axes: [1, 2] });
    return n.div(difference, n.node('Sqrt', [n.add(variance, n.constant(1e-5))]));
  });
  expectUntouched(uneven, recomposeLayerNormalization);
  const tapped = network((n) => {
    const x = n.input([2, 5, 8]);
    const y = normalized(n, x);
    const mean = y.producer?.input(0).producer?.input(1);
    return mean ? [y, n.relu(mean)] : [y];
  });
  expectUntouched(tapped, recomposeLayerNormalization);
});
