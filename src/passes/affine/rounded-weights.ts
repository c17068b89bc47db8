import type { DataType, Tensor } from '../../model/index.js';
import type { AffineMap } from './affine-map.js';
import { roundedTensor, roundedWeight } from './rounded-tensor.js';
import { giveBack } from './spare-arrays.js';
import { outputsAlong } from './underflow.js';
import { evaluate } from './weights.js';

/** The constants of a `Conv`. */
export interface RoundedWeights {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/**
 * The weights of a map in an element type, rounded once; undefined where one of them would leave its range, above or below.
 */
export function roundedWeights(map: AffineMap, dtype: DataType | undefined): RoundedWeights | undefined {
  if (!dtype) return undefined;
  const { kernel, bias } = evaluate(map);
  const shape = shapeOf(map);
  const weight = roundedWeight(dtype, shape, kernel, outputsAlong(shape, 0), bias);
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
  if (!dtype) return undefined;
  const { kernel } = evaluate(map);
  const shape = shapeOf(map);
  const weight = roundedWeight(dtype, shape, kernel, outputsAlong(shape, 1, map.groups), bias);
  giveBack(kernel);
  const rounded = bias && roundedTensor(dtype, [bias.length], bias);
  return weight && (rounded || !bias) ? { weight, bias: rounded } : undefined;
}

function shapeOf(map: AffineMap): number[] {
  return [map.outChannels, map.inChannels / map.groups, ...map.axes.map((axis) => axis.kernel)];
}
