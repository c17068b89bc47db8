import { expect, test } from 'vitest';
import { replaceCastLike } from '../../src/passes/replace-cast-like.js';
import { network } from '../network.js';
import { expectExact } from './apply-pass.js';

test('CastLike reads only a type, so it is a Cast', async () => {
  const model = network((n) => {
    const x = n.input([2, 3]);
    return n.add(x, n.node('CastLike', [n.integers(7), x]));
  });
  const graph = await expectExact(model, replaceCastLike, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Cast', 'Add']);
});
