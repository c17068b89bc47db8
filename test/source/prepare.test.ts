import { expect, test } from 'vitest';
import { prepare } from '../../src/source/prepare.js';
import { network } from '../network.js';

test('a source is prepared when nobody watches', async () => {
  const sized = network((n) => n.relu(n.input(['batch', 3], 'float32', 'x')));
  await prepare(sized, { shape: new Map([['x', [2, 3]]]) });
  expect(sized.graph.outputs[0]?.shape).toEqual([2, 3]);

  const pixels = network((n) => n.relu(n.input([1, 3, 4, 4], 'float32', 'image')));
  await prepare(pixels, { shape: new Map(), image: 'rgb', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
  expect(pixels.graph.count('Mul')).toBe(1);
});
