import { describe, expect, test } from 'vitest';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import type { Value } from '../../../src/model/index.js';
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

describe('integer arithmetic is exact beyond what float32 holds', () => {
  const LARGE = [20000001, -20000003, 7, -2147483647, 0, 33554431];
  const large = (n: Network) => n.node('Add', [n.input([6], 'int32'), n.constant(LARGE, [6], 'int32')]);

  test.each<[string, (n: Network) => Value]>([
    ['Abs', (n) => n.node('Abs', [large(n)])],
    ['Neg', (n) => n.node('Neg', [large(n)])],
    ['Mod as C has it', (n) => n.node('Mod', [large(n), n.constant(2, undefined, 'int32')], { fmod: 1 })],
    ['the least of TopK', (n) => n.nodes('TopK', [large(n), n.integers([3])], { largest: 0 }, 2)[0] as Value],
    ['a power', (n) => n.node('Pow', [n.node('Mod', [large(n), n.constant(40000, [], 'int32')]), n.integers(2)])],
  ])('%s', async (_, build) => {
    await expectEquivalent(network(build, { opset: 17 }), { tolerance: 0 });
  });

  test.each([0, 1, 2, 3, 7])('x to the power %i', async (exponent) => {
    for (const dtype of ['int32', 'int64'] as const) {
      const x = (n: Network) => n.node('Sub', [n.input([2, 5], dtype), n.constant(9, undefined, dtype)]);
      await expectEquivalent(
        network((n) => n.node('Pow', [x(n), n.constant(exponent, undefined, dtype)])),
        { tolerance: 0 },
      );
    }
  });

  test('a power whose exponent has more axes', async () => {
    const model = network((n) => n.node('Pow', [n.input([3], 'int32'), n.constant([2, 2], [2, 1], 'int32')]));
    await expectEquivalent(model, { tolerance: 0 });
    await expectEquivalent(network((n) => n.node('Pow', [n.input([3]), n.constant([2], [1, 1])])));
  });

  test.each<[string, (n: Network) => Value]>([
    ['computed', (n) => n.input([4], 'int32')],
    ['negative', (n) => n.constant(-1, undefined, 'int32')],
    ['broken', (n) => n.constant(0.5)],
  ])('a power whose exponent is %s is refused, since it would not be whole', (_, exponent) => {
    const model = network((n) => n.node('Pow', [n.input([4], 'int32'), exponent(n)]));
    expect(() => tfjs.lower(model, {})).toThrow(/power/);
  });
});
