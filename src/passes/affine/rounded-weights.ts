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
