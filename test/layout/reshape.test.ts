import { describe, expect, test } from 'vitest';
import { placeReshape } from '../../src/layout/reshape.js';

const NHWC = [0, 2, 3, 1];

describe('a reshape of a channels-last image', () => {
  test.each<[string, (number | string)[], (number | string)[], number[]]>([
    ['joins space at no cost', ['n', 8, 4, 5], ['n', 8, 20], [0, 2, 1]],
    ['drops space of size 1', ['n', 8, 1, 1], ['n', 8], [0, 1]],
    ['splits channels', [2, 8, 4, 5], [2, 2, 4, 4, 5], [0, 3, 4, 1, 2]],
    ['adds an axis', [2, 8, 4, 5], [2, 1, 8, 4, 5], [0, 1, 3, 4, 2]],
  ])('%s', (_, from, to, output) => {
    expect(placeReshape(from, to, NHWC)).toEqual({ input: NHWC, output });
  });

  test('turns the image only where axes that join do not lie side by side', () => {
    expect(placeReshape(['n', 8, 4, 5], ['n', 160], NHWC)).toEqual({ input: [0, 1, 2, 3], output: [0, 1] });
  });
});

test('a shuffle of channels needs one turn, of the axes that join', () => {
  // [N,g,C/g,H,W] with g and C/g exchanged, held as N, H, W, C/g, g.
  const { input, output } = placeReshape([1, 4, 2, 5, 6], [1, 8, 5, 6], [0, 3, 4, 2, 1]);
  expect(input).toEqual([0, 3, 4, 1, 2]);
  expect(output).toEqual(NHWC);
});

test('a size that is not known on one side is bracketed from both ends', () => {
  expect(placeReshape(['n', 8, 4, 5], ['?1', 8, 20], NHWC).output).toEqual([0, 2, 1]);
});

test('scalars, sizes of 0 and joined ones have an order, too', () => {
  expect(placeReshape([], [1, 1], []).output).toEqual([0, 1]);
  expect(placeReshape([1, 1], [], [1, 0]).output).toEqual([]);
  expect([...placeReshape([0, 3], [3, 0], [1, 0]).output].sort()).toEqual([0, 1]);
});
