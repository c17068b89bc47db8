import { describe, expect, test } from 'vitest';
import { type Network, network } from '../../network.js';
import { expectEquivalent, operations } from './judge.js';

describe('a part of integers and bools keeps every element', () => {
  const parts: [string, readonly number[], number[], number[], number[], number[]][] = [
    ['every second of the last axis', [2, 7], [0], [7], [-1], [2]],
    ['one axis from its end', [3, 4, 5], [-1], [-10], [1], [-1]],
    ['the first axis from its end', [4, 3], [-1], [-10], [0], [-1]],
    ['two axes backwards by two', [2, 5, 3, 6], [-1, -1], [-10, -10], [1, 3], [-2, -2]],
    ['one axis stepped over and another cut', [6, 5], [1, 1], [6, 4], [0, 1], [3, 1]],
    ['nothing of an axis', [3, 4], [2], [2], [1], [2]],
    ['five axes', [2, 2, 3, 2, 4], [-1, 0], [-10, 4], [2, 4], [-1, 3]],
  ];
  for (const dtype of ['int32', 'int64', 'bool'] as const) {
    test.each(parts)(`of ${dtype}: %s`, async (_, shape, starts, ends, axes, steps) => {
      const bounds = [starts, ends, axes, steps];
      await expectEquivalent(
        network((n) => n.node('Slice', [n.input(shape, dtype), ...bounds.map((list) => n.integers(list))])),
      );
    });
  }

  test('floats of five axes are stepped over as well', async () => {
    const bounds = [
      [-1, 0],
      [-10, 4],
      [2, 4],
      [-1, 3],
    ];
    await expectEquivalent(
      network((n) => n.node('Slice', [n.input([2, 2, 3, 2, 4]), ...bounds.map((list) => n.integers(list))])),
    );
  });

  test('floats are stepped over by one operation', async () => {
    const bounds = [
      [-1, 0],
      [-10, 4],
      [0, 1],
      [-1, 3],
    ];
    const lowered = await expectEquivalent(
      network((n) => n.node('Slice', [n.input([3, 4]), ...bounds.map((list) => n.integers(list))])),
    );
    expect([...operations(lowered).keys()]).toEqual(['StridedSlice']);
  });
});

describe('padding adds and cuts', () => {
  const amounts: [string, readonly number[], number[]][] = [
    ['cut at the end', [3, 4], [0, 0, 0, -1]],
    ['cut on all sides', [4, 5, 6], [-1, -1, -2, -1, -2, 0]],
    ['one side cut and the other widened', [3, 4], [-1, 2, 3, -2]],
    ['an axis cut to nothing and widened again', [2, 3], [0, -3, 0, 2]],
    ['four axes', [2, 2, 3, 3], [0, 1, -1, 2, 1, 0, 1, -1]],
    ['one of five axes', [2, 1, 3, 2, 2], [0, 0, 2, 0, 0, 0, 0, 1, 0, 0]],
    ['three of five axes', [2, 2, 3, 2, 4], [0, 1, 2, 0, 0, 0, 0, 1, 1, 0]],
    ['all of five axes', [1, 2, 3, 2, 4], [1, 1, 2, 0, 1, 0, 1, -1, 1, 0]],
    ['two of six axes', [2, 1, 2, 2, 1, 3], [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]],
  ];
  for (const dtype of ['float32', 'int32', 'int64', 'bool'] as const) {
    test.each(amounts)(`of ${dtype}: %s`, async (_, shape, pads) => {
      const filler = (n: Network) => n.constant(1, undefined, dtype);
      await expectEquivalent(network((n) => n.node('Pad', [n.input(shape, dtype), n.integers(pads), filler(n)])));
    });
  }

  test.each(['edge', 'reflect', 'wrap'])('of bool, mode %s', async (mode) => {
    const pads = [0, 1, 1, 0];
    const model = network((n) => n.node('Pad', [n.input([3, 4], 'bool'), n.integers(pads)], { mode }), { opset: 19 });
    await expectEquivalent(model);
  });

  test.each<[string, number[]]>([
    ['cut at both ends', [0, -1, 0, -2]],
    ['widened', [0, 1, 0, 2]],
  ])('an axis of any size is %s', async (_, pads) => {
    const model = network((n) => n.node('Pad', [n.input([2, 'length'], 'int32'), n.integers(pads)]));
    await expectEquivalent(model, { sizes: { length: 5 } });
  });

  test('a batch of any size, five axes', async () => {
    const pads = [0, 0, 1, 0, 0, 0, 0, 2, -1, 0];
    const model = network((n) => n.node('Pad', [n.input(['batch', 2, 3, 4, 2]), n.integers(pads)]));
    await expectEquivalent(model, { sizes: { batch: 3 } });
  });
});
