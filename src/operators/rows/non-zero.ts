import { sizeOf, Tensor } from '../../model/index.js';
import { nonZeroPlaces } from '../compute/non-zero-places.js';
import { operator } from '../operator.js';
import { constantOf } from '../shape/constants.js';
import { unknownSize } from '../shape/unknown.js';

/** Longest constant that inference counts in; a longer one is data. */
const LONGEST = 4096;

/** The indices of all elements that are not 0: one row per axis, in row-major order. */
export const nonZero = operator('NonZero', {
  traits: ['selects'],
  infer: (node) => {
    const { rank } = node.input(0);
    const tensor = constantOf(node.input(0));
    const places = tensor && tensor.size <= LONGEST ? nonZeroPlaces(tensor) : undefined;
    // Of a scalar the standard gives no row, and ONNX Runtime one.
    return [{ dtype: 'int64', shape: [rank || unknownSize(node), places?.length ?? unknownSize(node)] }];
  },
  compute: ([tensor]) => {
    const places = tensor && tensor.shape.length > 0 ? nonZeroPlaces(tensor) : undefined;
    if (!tensor || !places) return undefined;
    const rows = tensor.shape.map((size, axis) => {
      const stride = sizeOf(tensor.shape.slice(axis + 1));
      return places.map((place) => BigInt(Math.floor(place / stride) % size));
    });
    return Tensor.fromBigInts('int64', [tensor.shape.length, places.length], rows.flat());
  },
});
