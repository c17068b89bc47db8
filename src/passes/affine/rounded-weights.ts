import type { DataType, Tensor } from '../../model/index.js';
import type { AffineMap } from './affine-map.js';
import { roundedTensor } from './rounded-tensor.js';
import { giveBack } from './spare-arrays.js';
import { evaluate } from './weights.js';

/** The constants of a `Conv`. */
export interface RoundedWeights {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** The weights of a map in an element type, rounded once; undefined where one of them would not be finite. */
export function roundedWeights(map: AffineMap, dtype: DataType | undefined): RoundedWeights | undefined {
  if (!dtype) return undefined;
  const { kernel, bias } = evaluate(map);
  const shape = [map.outChannels, map.inChannels / map.groups, ...map.axes.map((axis) => axis.kernel)];
  const weight = roundedTensor(dtype, shape, kernel);
  giveBack(kernel);
  const rounded = bias && roundedTensor(dtype, [map.outChannels], bias);
  return weight && (rounded || !bias) ? { weight, bias: rounded } : undefined;
}

/** The weights of a transposed convolution, by the convolution that it is the transpose of, and its own bias. */
export function roundedTransposed(
  map: AffineMap,
  bias: Float64Array | undefined,
  dtype: DataType | undefined,
): RoundedWeights | undefined {
  const weights = roundedWeights(map, dtype);
  const rounded = dtype && bias && roundedTensor(dtype, [bias.length], bias);
  return weights && (rounded || !bias) ? { weight: weights.weight, bias: rounded } : undefined;
}
