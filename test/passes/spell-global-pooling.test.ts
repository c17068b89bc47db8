import { expect, test } from 'vitest';
import { spellGlobalPooling } from '../../src/passes/spell-global-pooling.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

test.each([
  ['as an attribute, opset 17', 17],
  ['as an operand, opset 18', 18],
])('a kept mean over both spatial axes is GlobalAveragePool (axes %s)', async (_, opset) => {
  const model = network(
    (n) => {
      const x = n.input(['batch', 3, 8, 8]);
      return opset < 18
        ? n.node('ReduceMean', [x], { axes: [-1, -2] })
        : n.node('ReduceMean', [x, n.integers([2, 3])], { keepdims: 1 });
    },
    { opset },
  );
  const graph = await expectExact(model, spellGlobalPooling);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['GlobalAveragePool']);
});

test('a mean that drops the axes is flattened after the pooling', async () => {
  const model = network((n) => n.node('ReduceMean', [n.input(['batch', 3, 'h', 'w'])], { axes: [2, 3], keepdims: 0 }));
  const graph = await expectExact(model, spellGlobalPooling);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['GlobalAveragePool', 'Flatten']);
});

test('an average pooling over the whole image is global', async () => {
  const model = network((n) => n.node('AveragePool', [n.input([1, 3, 7, 5])], { kernel_shape: [7, 5] }));
  const graph = await expectExact(model, spellGlobalPooling);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['GlobalAveragePool']);
});

test('other means stay', () => {
  const mean = (shape: readonly (number | string)[], axes: readonly number[]) =>
    network((n) => n.node('ReduceMean', [n.input(shape)], { axes }));
  expectUntouched(mean([1, 3, 8, 8], [3]), spellGlobalPooling);
  expectUntouched(mean([1, 3, 8, 8], [1, 2]), spellGlobalPooling);
  expectUntouched(mean([1, 3, 8], [1, 2]), spellGlobalPooling);
  expectUntouched(mean([1, 3, 8, 8, 8], [2, 3]), spellGlobalPooling);
  const padded = network((n) =>
    n.node('AveragePool', [n.input([1, 3, 8, 8])], { kernel_shape: [8, 8], pads: [1, 1, 1, 1] }),
  );
  expectUntouched(padded, spellGlobalPooling);
  const smaller = network((n) => n.node('AveragePool', [n.input([1, 3, 8, 8])], { kernel_shape: [8, 4] }));
  expectUntouched(smaller, spellGlobalPooling);
  // No engine has the operator in float64.
  const doubles = network((n) => n.node('ReduceMean', [n.input([1, 3, 8, 8], 'float64')], { axes: [2, 3] }));
  expectUntouched(doubles, spellGlobalPooling);
});
