import type { DataType, Dimension } from '../model/index.js';
import { type Operator, operator } from './operator.js';
import { scalarAt } from './shape/constants.js';
import { typeAttribute } from './shape/type-attribute.js';
import { unknownSize } from './shape/unknown.js';

export interface WindowFunctionParameters {
  readonly dtype: DataType;
  /** How many samples; undefined where it is computed. */
  readonly size: number | undefined;
  /** Whether the window is to repeat seamlessly, or to be symmetric. */
  readonly isPeriodic: boolean;
}

function windowFunction(name: string): Operator<WindowFunctionParameters> {
  return operator(name, {
    traits: [],
    parameters: (node): WindowFunctionParameters => ({
      dtype: typeAttribute(node, 'output_datatype') ?? 'float32',
      size: scalarAt(node, 0, 'size'),
      isPeriodic: node.int('periodic', 1) !== 0,
    }),
    infer: (node, { dtype, size }) => {
      const length: Dimension = size ?? node.input(0).elements?.[0] ?? unknownSize(node);
      return [{ dtype, shape: [length] }];
    },
  });
}

export const hannWindow = windowFunction('HannWindow');
export const hammingWindow = windowFunction('HammingWindow');
export const blackmanWindow = windowFunction('BlackmanWindow');
