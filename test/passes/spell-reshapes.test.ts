import { expect, test } from 'vitest';
import type { Graph } from '../../src/model/index.js';
import { spellReshapes } from '../../src/passes/spell-reshapes.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const writtenShape = (graph: Graph) => graph.nodesOf('Reshape')[0]?.constant(1)?.toIntegers();

test.each([
  ['Reshape by [0, -1]', [0, -1]],
  ['Reshape by [-1, 24]', [-1, 24]],
])('%s of an image is Flatten', async (_, shape) => {
  const model = network((n) => n.reshape(n.input(['batch', 6, 2, 2]), shape));
  const graph = await expectExact(model, spellReshapes, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Flatten']);
});

test('a squeeze of both spatial axes is Flatten', async () => {
  const model = network((n) => n.node('Squeeze', [n.input([2, 6, 1, 1]), n.integers([2, 3])]));
  const graph = await expectExact(model, spellReshapes, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Flatten']);
});

test('sizes that are known are written as such', async () => {
  const model = network((n) => n.node('Reshape', [n.input([2, 12]), n.integers([-1, 3, 4])], { allowzero: 1 }));
  const graph = await expectExact(model, spellReshapes, 0);
  expect(writtenShape(graph)).toEqual([2, 3, 4]);
});

test('allowzero goes where no size is 0', async () => {
  const model = network((n) => n.node('Reshape', [n.input([2, 12]), n.integers([2, 3, 4])], { allowzero: 1 }));
  const graph = await expectExact(model, spellReshapes, 0);
  expect(graph.sorted()[0]?.attributes.size).toBe(0);
});

test('a shape that is computed from a batch size that is not known becomes a constant with -1', async () => {
  const model = network((n) => {
    const x = n.input(['batch', 12]);
    const batch = n.node('Gather', [n.node('Shape', [x]), n.integers([0])]);
    return n.node('Reshape', [x, n.concat([batch, n.integers([3, 4])], 0)]);
  });
  const graph = await expectExact(model, spellReshapes, 0);
  expect(writtenShape(graph)).toEqual([-1, 3, 4]);
});

test('of two sizes that are not known those that stay in place are 0', async () => {
  const model = network((n) => {
    const x = n.input(['batch', 'length', 12]);
    const sizes = n.node('Slice', [n.node('Shape', [x]), n.integers([0]), n.integers([2])]);
    return n.node('Reshape', [x, n.concat([sizes, n.integers([3, 4])], 0)]);
  });
  const graph = await expectExact(model, spellReshapes, 0);
  expect(writtenShape(graph)).toEqual([0, 0, 3, 4]);
});

test('a shape that depends on data stays', () => {
  const model = network((n) => n.node('Reshape', [n.input([2, 12]), n.input([3], 'int64', 'sizes')]));
  expectUntouched(model, spellReshapes);
});

test('a Reshape of no elements keeps the shape that it names, which no Flatten would give', () => {
  const model = network((n) => n.node('Reshape', [n.input([0, 3, 4]), n.integers([0, 5])], { allowzero: 1 }));
  expectUntouched(model, spellReshapes);
});
