import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { splitSequences } from '../../src/passes/split-sequences.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const at = (n: Network, sequence: Value, position: number) => n.node('SequenceAt', [sequence, n.integers(position)]);

test.each([
  ['opset 12, sizes as an attribute', 12],
  ['opset 18, sizes as an operand', 18],
])('chunks that are picked one by one are a Split (%s)', async (_, opset) => {
  const model = network(
    (n) => {
      const sequence = n.node('SplitToSequence', [n.input([2, 5]), n.integers(2)], { axis: 1 });
      return [at(n, sequence, 0), at(n, sequence, 1), n.relu(at(n, sequence, -1))];
    },
    { opset },
  );
  const graph = await expectExact(model, splitSequences, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Split', 'Relu']);
});

test('unequal sizes, and an axis counted from the end', async () => {
  const model = network((n) => {
    const sequence = n.node('SplitToSequence', [n.input(['batch', 3, 6]), n.integers([1, 2, 3])], { axis: -1 });
    return [at(n, sequence, 2), at(n, sequence, 0)];
  });
  const graph = await expectExact(model, splitSequences, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Split']);
});

test('slices that drop their axis are squeezed', async () => {
  const model = network((n) => {
    const sequence = n.node('SplitToSequence', [n.input([3, 4])], { axis: 0, keepdims: 0 });
    return [at(n, sequence, 2), at(n, sequence, 1)];
  });
  const graph = await expectExact(model, splitSequences, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Split', 'Squeeze', 'Squeeze']);
});

test('a sequence that is read as one, picked at a computed place, or of a size not known stays', () => {
  const joined = network((n) => {
    const sequence = n.node('SplitToSequence', [n.input([4, 2]), n.integers(2)]);
    return [at(n, sequence, 0), n.node('ConcatFromSequence', [sequence], { axis: 1 })];
  });
  expectUntouched(joined, splitSequences);
  const computed = network((n) => {
    const sequence = n.node('SplitToSequence', [n.input([4, 2]), n.integers(2)]);
    return n.node('SequenceAt', [sequence, n.input([], 'int64', 'place')]);
  });
  expectUntouched(computed, splitSequences);
  const unknown = network((n) => {
    const sequence = n.node('SplitToSequence', [n.input(['length', 2]), n.integers(2)]);
    return at(n, sequence, 0);
  });
  expectUntouched(unknown, splitSequences);
});
