import { expect, test } from 'vitest';
import type { PlainAttribute } from '../../src/model/index.js';
import { spellTransposedVolumes } from '../../src/passes/spell-transposed-volumes.js';
import { network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const volume = (
  attributes: Record<string, PlainAttribute> = {},
  shape: readonly (number | string)[] = [2, 4, 3, 5, 4],
  kernel: readonly number[] = [4, 3, 2, 3, 2],
) =>
  network((n) =>
    n.node(
      'ConvTranspose',
      [n.input(shape), n.random(kernel), n.random([(kernel[1] ?? 1) * Number(attributes.group ?? 1)])],
      attributes,
    ),
  );

test.each<[string, Record<string, PlainAttribute>]>([
  ['plain', {}],
  ['with strides and padding', { strides: [2, 3, 2], pads: [1, 0, 1, 0, 1, 0] }],
  ['with holes', { dilations: [2, 1, 3] }],
  ['with more at the end', { strides: [3, 2, 2], output_padding: [2, 1, 1] }],
  ['in groups', { group: 2, strides: [2, 1, 1] }],
  ['of a size that is asked for', { strides: [2, 2, 2], output_shape: [6, 10, 8] }],
])('a transposed convolution of volumes is two of images, %s', async (_, attributes) => {
  const graph = await expectExact(volume(attributes), spellTransposedVolumes);
  const ranks = [...graph.nodesOf('ConvTranspose')].map((node) => node.input(0).rank);
  expect(ranks).toEqual([4, 4]);
});

test('others stay', () => {
  expectUntouched(volume({}, ['n', 4, 3, 5, 4]), spellTransposedVolumes);
  expectUntouched(volume({}, [2, 4, 5, 4], [4, 3, 3, 2]), spellTransposedVolumes);
  const computed = network((n) => n.node('ConvTranspose', [n.input([1, 4, 3, 5, 4]), n.input([4, 3, 2, 3, 2])]));
  expectUntouched(computed, spellTransposedVolumes);
});
