import type { DataType, Node } from '../../model/index.js';
import { dequantized, quantized } from '../compute/quantize.js';
import { type Facts, operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { likeOf } from '../shape/facts.js';
import { typeAttribute } from '../shape/type-attribute.js';

export interface QuantizationParameters {
  /** Along which scales differ, counted from the front where the rank is known; undefined: one scale for all. */
  readonly axis: number | undefined;
  /** Elements along `axis` that share a scale; 0: not blocked. */
  readonly blockSize: number;
}

function quantizationParameters(node: Node): QuantizationParameters {
  const scale = node.inputs[1];
  const rank = node.inputs[0]?.rank;
  const given = node.int('axis', 1);
  const blockSize = node.int('block_size', 0);
  if (blockSize < 0) throw node.invalid(`block_size ${blockSize} is negative`);
  checkScale(node);
  if (scale?.rank === 0 || (scale?.rank === 1 && scale.shape?.[0] === 1 && blockSize === 0)) {
    return { axis: undefined, blockSize };
  }
  return { axis: rank === undefined || !scale?.shape ? given : normalizeAxis(node, given, rank), blockSize };
}

/** A scale is a positive number; constants of one element are looked at, vectors are weights and are not. */
function checkScale(node: Node): void {
  const scale = node.constant(1);
  if (scale?.size !== 1 || scale.dtype === 'string') return;
  const [factor = 1] = scale.toFloat64();
  if (factor === 0 || Number.isNaN(factor)) throw node.invalid(`the scale is ${factor}`);
}

/** `x / y_scale + y_zero_point`, rounded and saturated. */
export const quantizeLinear = operator('QuantizeLinear', {
  traits: ['keepsAxes', 'selects'],
  parameters: (node) => ({ ...quantizationParameters(node), saturate: node.int('saturate', 1) !== 0 }),
  infer: (node): readonly Facts[] => [
    {
      dtype: node.dtypeOf(2) ?? namedType(node) ?? (node.hasInput(2) ? undefined : 'uint8'),
      shape: node.inputs[0]?.shape,
    },
  ],
  compute: ([input, scale, zeroPoint], scales, node) => {
    if (!input || scale?.dtype !== 'float32') return undefined;
    return quantized(input, scale, zeroPoint, scales, zeroPoint?.dtype ?? namedType(node) ?? 'uint8');
  },
});

/** `(x - x_zero_point) * x_scale`. */
export const dequantizeLinear = operator('DequantizeLinear', {
  traits: ['keepsAxes'],
  parameters: quantizationParameters,
  infer: (node): readonly Facts[] => [{ dtype: namedType(node) ?? node.dtypeOf(1), shape: node.inputs[0]?.shape }],
  compute: ([input, scale, zeroPoint], scales, node) => {
    if (!input || !scale) return undefined;
    return dequantized(input, scale, zeroPoint, scales, namedType(node) ?? scale.dtype);
  },
});

/** 0 stands for "as the operands say". */
function namedType(node: Node): DataType | undefined {
  return node.int('output_dtype', 0) === 0 ? undefined : typeAttribute(node, 'output_dtype');
}

/** x as uint8, with the scale and zero point that its extremes ask for. */
export const dynamicQuantizeLinear = operator('DynamicQuantizeLinear', {
  traits: [],
  infer: (node): readonly Facts[] => [
    { ...likeOf(node.inputs[0]), dtype: 'uint8' },
    { dtype: 'float32', shape: [] },
    { dtype: 'uint8', shape: [] },
  ],
});
