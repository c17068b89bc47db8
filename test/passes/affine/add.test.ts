import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add } from '../../../src/passes/affine/add.js';
import { identityMap, POINT, type Sampling } from '../../../src/passes/affine/affine-map.js';
import { convolve, difference, type Image } from './convolve.js';
import { constantMap, image, mapBetween, sampling } from './maps.js';

const EXACT = 1e-12;

function sum(a: Image, b: Image, sign: number): Image {
  return { shape: a.shape, data: a.data.map((value, i) => value + sign * (b.data[i] ?? Number.NaN)) };
}

function conv(axis: Partial<Sampling>, parts: { groups?: number; bias?: boolean; seed?: number } = {}) {
  const axes = [
    { ...POINT, ...axis },
    { ...POINT, ...axis },
  ];
  return constantMap({ inChannels: 4, outChannels: 4, groups: 1, bias: true, seed: 5, ...parts, axes });
}

test('two maps of one source that add up answer like their sum, for every input size', () => {
  let added = 0;
  // Branches of one block: one stride, and as much padding beyond the kernel's reach, split at random between the ends.
  const branches = fc.tuple(fc.constantFrom(1, 1, 2, 3), fc.constantFrom(0, 1, 2)).chain(([stride, excess]) => {
    const axis = fc
      .tuple(fc.constantFrom(1, 2, 3, 5), fc.constantFrom(1, 2, 3), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([kernel, dilation, share]) => {
        const padding = (kernel - 1) * dilation + excess;
        const padBegin = Math.round(share * padding);
        return { kernel, dilation, stride, padBegin, padEnd: padding - padBegin };
      });
    return fc.tuple(mapBetween(4, 4, axis), mapBetween(4, 4, fc.oneof({ weight: 9, arbitrary: axis }, sampling)));
  });
  fc.assert(
    fc.property(branches, fc.constantFrom(1, -1), fc.integer({ min: 9, max: 14 }), ([a, b], sign, size) => {
      const joint = add(a, b, sign, [undefined, undefined]);
      if (!joint) return;
      const x = image(4, size, size + 3);
      const [left, right] = [convolve(x, a), convolve(x, b)];
      if (left.data.length === 0) return;
      added++;
      expect(difference(sum(left, right, sign), convolve(x, joint))).toBeLessThan(EXACT);
    }),
    { numRuns: 1000, seed: 11 },
  );
  expect(added).toBeGreaterThan(500);
});

test('a known input size lets kernels add whose paddings differ: 3x3 stride 2 pad 1 and 2x2 stride 2 on 8x8', () => {
  const [a, b] = [conv({ kernel: 3, stride: 2, padBegin: 1, padEnd: 1 }), conv({ kernel: 2, stride: 2 }, { seed: 9 })];
  const joint = add(a, b, 1, [8, 8]);
  if (!joint) throw new Error('declined');
  const x = image(4, 8, 8);
  expect(difference(sum(convolve(x, a), convolve(x, b), 1), convolve(x, joint))).toBeLessThan(EXACT);
});

test('the same two are declined where the size is not known, and on 9x9 where they give other numbers of outputs', () => {
  const [a, b] = [conv({ kernel: 3, stride: 2, padBegin: 1, padEnd: 1 }), conv({ kernel: 2, stride: 2 })];
  expect(add(a, b, 1, [undefined, undefined])).toBeUndefined();
  expect(add(a, b, 1, [9, 9])).toBeUndefined();
});

test('unlike strides do not add', () => {
  expect(add(conv({ stride: 2 }), conv({ stride: 1 }), 1, [1, 1])).toBeUndefined();
});

test('a skip adds to a grouped kernel without making it dense', () => {
  const grouped = conv({ kernel: 3, padBegin: 1, padEnd: 1 }, { groups: 2 });
  const joint = add(grouped, identityMap(4, 2), 1, [undefined, undefined]);
  expect(joint?.groups).toBe(2);
  const x = image(4, 5, 6);
  if (!joint) throw new Error('declined');
  expect(difference(sum(convolve(x, grouped), x, 1), convolve(x, joint))).toBeLessThan(EXACT);
});

test('two groupings add at the coarsest that both fit: 4 and 6 groups of 12 channels leave 2', () => {
  const grouped = (groups: number) =>
    constantMap({ inChannels: 12, outChannels: 12, groups, axes: [POINT, POINT], bias: true, seed: groups });
  const [a, b] = [grouped(4), grouped(6)];
  const joint = add(a, b, -1, [undefined, undefined]);
  if (!joint) throw new Error('declined');
  expect(joint.groups).toBe(2);
  const x = image(12, 3, 3);
  expect(difference(sum(convolve(x, a), convolve(x, b), -1), convolve(x, joint))).toBeLessThan(EXACT);
});

test('dilations that differ meet on the finer grid: 3x3 dilated by 2 beside 3x3 is one 5x5', () => {
  const [a, b] = [
    conv({ kernel: 3, dilation: 2, padBegin: 2, padEnd: 2 }),
    conv({ kernel: 3, padBegin: 1, padEnd: 1 }),
  ];
  expect(add(a, b, 1, [undefined, undefined])?.axes[0]).toMatchObject({ kernel: 5, dilation: 1, padBegin: 2 });
});
