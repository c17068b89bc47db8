import { expect, test } from 'vitest';
import { type AskedShape, admits, formatAsked, innerShapes, outermostShapes, readSize } from '../../src/model/index.js';

const asked = (text: string): AskedShape => text.split(',').map((size) => readSize(size) ?? 0);

test.each(['224', '224..512', '224/320/512'])('what is written is what is read: %s', (text) => {
  expect(formatAsked(asked(text))).toBe(`[${text}]`);
});

test.each(['', '224..', '..512', '1e3', '-1', '224/', 'x'])('%s is no size', (text) => {
  expect(readSize(text)).toBeUndefined();
});

test('a range is tried at both ends, and within at odd sizes that differ, then at multiples of 32', () => {
  const range = asked('1,3,224..512,224..512');
  expect(outermostShapes(range)).toEqual({ smallest: [1, 3, 224, 224], largest: [1, 3, 512, 512] });
  expect(innerShapes(range)).toEqual([
    [1, 3, 339, 397],
    [1, 3, 352, 384],
    [1, 3, 320, 384],
  ]);
});

test('lists pair up, in whatever order they come', () => {
  const lists = asked('1,3,320/224/512,320/512/640');
  expect(outermostShapes(lists)).toEqual({ smallest: [1, 3, 320, 320], largest: [1, 3, 512, 640] });
  expect(innerShapes(lists)).toEqual([[1, 3, 224, 512]]);
  expect(admits(lists, [1, 3, 224, 512])).toBe(true);
  expect(admits(lists, [1, 3, 224, 320])).toBe(false);
});

test('there is nothing between two sizes', () => {
  expect(innerShapes(asked('1..2,3'))).toEqual([]);
  expect(innerShapes(asked('3/5,3'))).toEqual([]);
});

test('a shape outside of the bounds, or of another rank, is not admitted', () => {
  const range = asked('1,3,224..512');
  expect([224, 300, 512, 223, 513].map((size) => admits(range, [1, 3, size]))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(admits(range, [1, 3])).toBe(false);
});
