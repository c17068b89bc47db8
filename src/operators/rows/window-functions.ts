import { type DataType, type Dimension, isFloat, Tensor } from '../../model/index.js';
import { type Operator, operator } from '../operator.js';
import { scalarAt } from '../shape/constants.js';
import { typeAttribute } from '../shape/type-attribute.js';
import { unknownSize } from '../shape/unknown.js';

export interface WindowFunctionParameters {
  readonly dtype: DataType;
  /** How many samples; undefined where it is computed. */
  readonly size: number | undefined;
  /** Whether the window is to repeat seamlessly, or to be symmetric. */
  readonly isPeriodic: boolean;
}

/** A sum of cosines: the first weight, minus the second times the cosine, plus the third times that of twice the angle. */
type Weights = readonly [number, number, number];

function windowFunction(name: string, [constant, once, twice]: Weights): Operator<WindowFunctionParameters> {
  return operator(name, {
    traits: [],
    float32Unless: 'output_datatype',
    parameters: (node): WindowFunctionParameters => ({
      dtype: typeAttribute(node, 'output_datatype') ?? 'float32',
      size: scalarAt(node, 0, 'size'),
      isPeriodic: node.int('periodic', 1) !== 0,
    }),
    infer: (node, { dtype, size }) => {
      const length: Dimension = size ?? node.input(0).elements?.[0] ?? unknownSize(node);
      return [{ dtype, shape: [length] }];
    },
    compute: (_, { dtype, size, isPeriodic }) => {
      if (size === undefined || size < 2 || !isFloat(dtype)) return undefined;
      const step = (2 * Math.PI) / (isPeriodic ? size : size - 1);
      const samples = Float64Array.from(
        { length: size },
        (_, i) => constant - once * Math.cos(i * step) + twice * Math.cos(2 * i * step),
      );
      return Tensor.from(dtype, [size], samples);
    },
  });
}

/** `0.5 - 0.5 cos(2 pi n / N)`, a vector of samples. */
export const hannWindow = windowFunction('HannWindow', [0.5, 0.5, 0]);
/** `25/46 - 21/46 cos(2 pi n / N)`, a vector of samples. */
export const hammingWindow = windowFunction('HammingWindow', [25 / 46, 21 / 46, 0]);
/** `0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)`, a vector of samples. */
export const blackmanWindow = windowFunction('BlackmanWindow', [0.42, 0.5, 0.08]);
