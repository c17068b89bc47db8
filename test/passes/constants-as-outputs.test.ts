import { expect, test } from 'vitest';
import { constantsAsOutputs } from '../../src/passes/constants-as-outputs.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test('an output that is a Constant node becomes a constant, under its name and for all who read it', async () => {
  const model = network((n) => {
    const numbers = n.node('Constant', [], { value: n.constant([1, 2, 3]).constant });
    return [numbers, n.add(n.input([2, 3]), numbers)];
  });
  const graph = await expectExact(model, constantsAsOutputs, 0);
  expect(graph.outputs[0]?.constant?.toFloat64()).toEqual(Float64Array.of(1, 2, 3));
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Add']);
});

test('a Constant node that is no output stays', () => {
  expectUntouched(
    network((n) => n.relu(n.add(n.input([3]), n.node('Constant', [], { value: n.constant([1, 2, 3]).constant })))),
    constantsAsOutputs,
  );
});
