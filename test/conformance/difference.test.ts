import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/model/index.js';
import { difference } from './difference.js';

function judged(expected: Tensor, actual: Tensor | undefined): string | undefined {
  const outputs = new Map([['y', expected]]);
  return difference({ outputs, rtol: 1e-3, atol: 1e-7 }, new Map(actual ? [['y', actual]] : []));
}

const floats = (...values: number[]) => Tensor.from('float32', [values.length], values);

describe('an answer to a node test is right', () => {
  test('within the tolerance of the test, relative to the expected element', () => {
    expect(judged(floats(1000, 0), floats(1000.9, 9e-8))).toBeUndefined();
  });

  test('where both have the same NaN and infinities', () => {
    const special = floats(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect(judged(special, special)).toBeUndefined();
  });

  test('in another type that holds the same numbers', () => {
    expect(judged(Tensor.ofShape([3, -4]), Tensor.from('int32', [2], [3, -4]))).toBeUndefined();
  });
});

test('an answer in float32 to a test in float16 is rounded before it is compared', () => {
  const half = Tensor.from('float16', [1], [0.5048828125]);
  expect(judged(half, floats(0.5043761))).toBeUndefined();
  expect(judged(half, floats(0.504))).toMatch(/^y /);
});

describe('an answer to a node test is wrong', () => {
  test.each<[string, Tensor, Tensor | undefined]>([
    ['beyond the tolerance', floats(1000, 0), floats(1001.1, 0)],
    ['beyond the tolerance near zero, however large its neighbours are', floats(1000, 0), floats(1000, 2e-7)],
    ['where one alone is NaN', floats(1), floats(Number.NaN)],
    ['where one alone is infinite', floats(Number.POSITIVE_INFINITY), floats(3e38)],
    ['where a number stands for an infinity', floats(3e38), floats(Number.POSITIVE_INFINITY)],
    ['in another shape of as many elements', floats(1, 2), floats(1, 2).reshape([2, 1])],
    ['where an integer is off by one', Tensor.from('int32', [1], [10_000]), Tensor.from('int32', [1], [10_001])],
    [
      'where an integer beyond 2^53 is off by one',
      Tensor.fromBigInts('int64', [1], [2n ** 60n]),
      Tensor.fromBigInts('int64', [1], [2n ** 60n + 1n]),
    ],
    ['where it is missing', floats(1), undefined],
  ])('%s', (_, expected, actual) => {
    expect(judged(expected, actual)).toMatch(/^y /);
  });
});
