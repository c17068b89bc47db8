import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrange } from '../../src/layout/order.js';
import { reorder } from '../../src/layout/reorder.js';
import { type DataType, sizeOf, Tensor } from '../../src/model/index.js';

/** By the definition: the element at a place in memory is the one whose ONNX index has the same numbers in `order`. */
function elementAt(tensor: Tensor, order: readonly number[], place: readonly number[]): number {
  let at = 0;
  tensor.shape.forEach((size, axis) => {
    at = at * size + (place[order.indexOf(axis)] ?? 0);
  });
  return tensor.toFloat64()[at] ?? Number.NaN;
}

function places(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, size) => list.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
}

const permutation = (rank: number) =>
  fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank, maxLength: rank });
const cases = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 })
  .chain((shape) => fc.tuple(fc.constant(shape), permutation(shape.length)));

describe('re-ordering a constant', () => {
  test.each<DataType>(['float32', 'float16', 'uint8', 'int64'])('moves %s elements to where their axes go', (dtype) => {
    fc.assert(
      fc.property(cases, ([shape, order]) => {
        const tensor = Tensor.from(
          dtype,
          shape,
          Float64Array.from({ length: sizeOf(shape) }, (_, i) => i % 250),
        );
        const result = reorder(tensor, order);
        expect(result.shape).toEqual(arrange(shape, order));
        expect([...result.toFloat64()]).toEqual(places(result.shape).map((place) => elementAt(tensor, order, place)));
      }),
    );
  });

  test('copies nothing where only axes of size 1 move', () => {
    const tensor = Tensor.from('float32', [1, 3, 1, 1], [1, 2, 3]);
    expect(reorder(tensor, [0, 2, 3, 1]).bytes.buffer).toBe(tensor.bytes.buffer);
  });

  test('reads bytes that start anywhere in a file', () => {
    const file = new Uint8Array(17);
    new DataView(file.buffer).setFloat32(1, 1, true);
    new DataView(file.buffer).setFloat32(5, 2, true);
    const tensor = new Tensor('float32', [2, 2], file.subarray(1, 17));
    expect([...reorder(tensor, [1, 0]).toFloat64()]).toEqual([1, 0, 2, 0]);
  });
});
