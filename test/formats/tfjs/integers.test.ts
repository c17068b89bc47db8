import { describe, expect, test } from 'vitest';
import { network } from '../../network.js';
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
