import { type DataType, Tensor } from '../../model/index.js';
import { type OutputsOfWeight, underflows } from './underflow.js';

/** The smallest magnitude that rounds to infinity: halfway between the largest number and the next power of two. */
const FIRST_INFINITE: Readonly<Partial<Record<DataType, number>>> = {
  float16: 65520,
  bfloat16: 255.5 * 2 ** 120,
  float32: (2 - 2 ** -24) * 2 ** 127,
  float64: Number.POSITIVE_INFINITY,
};

/** Constants rounded once to their type; undefined where one of them would not be finite in it. */
export function roundedTensor(dtype: DataType, shape: readonly number[], values: Float64Array): Tensor | undefined {
  const limit = FIRST_INFINITE[dtype];
  return limit !== undefined && areBelow(values, limit) ? Tensor.from(dtype, shape, values) : undefined;
}

/** Whether the magnitudes of all are below a limit; no NaN is. In a plain loop of its own: all weights come by here. */
function areBelow(values: Float64Array, limit: number): boolean {
  for (let at = 0; at < values.length; at++) {
    if (!(Math.abs(values[at] ?? 0) < limit)) return false;
  }
  return true;
}

/**
 * A weight rounded once to its type; undefined where an element would not be finite in it, or an output would lose digits
 * below its normal numbers.
 */
export function roundedWeight(
  dtype: DataType,
  shape: readonly number[],
  values: Float64Array,
  outputs: OutputsOfWeight,
  bias: Float64Array | undefined,
): Tensor | undefined {
  return underflows(dtype, values, outputs, bias) ? undefined : roundedTensor(dtype, shape, values);
}
