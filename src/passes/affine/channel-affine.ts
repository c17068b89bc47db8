import { isFloat, type Node, type Tensor, type Value } from '../../model/index.js';
import { batchNormalization } from '../../operators/index.js';

/** A node that computes `y = scale * x + shift`, the same along all axes but one at most; y has the shape of x. */
export interface ChannelAffine {
  readonly node: Node;
  readonly input: Value;
  readonly output: Value;
  /** The axis that scale and shift run along; undefined: they are single numbers. */
  readonly axis: number | undefined;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Reads a batch norm at inference, Neg, or an Add, Sub, Mul, Div by a constant of one axis; undefined for all else. */
export function channelAffineOf(node: Node): ChannelAffine | undefined {
  const output = node.outputs[0];
  if (node.domain !== '' || !output || !isFloat(output.dtype)) return undefined;
  switch (node.operator) {
    case 'BatchNormalization':
      return batchNorm(node, output);
    case 'Neg':
      return {
        node,
        input: node.input(0),
        output,
        axis: undefined,
        scale: Float64Array.of(-1),
        shift: Float64Array.of(0),
      };
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return arithmetic(node, output);
    default:
      return undefined;
  }
}

/** y = (x - mean) * gamma / sqrt(variance + epsilon) + beta. Left alone where a standard deviation is 0 or not a number. */
function batchNorm(node: Node, output: Value): ChannelAffine | undefined {
  const { epsilon, trainingMode, spatial } = batchNormalization.parameters(node);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => node.constant(index)?.toFloat64());
  if (trainingMode || !spatial || !gamma || !beta || !mean || !variance) return undefined;
  const [scale, shift] = [gamma, beta];
  for (let c = 0; c < scale.length; c++) {
    const s = (gamma[c] ?? 0) / Math.sqrt((variance[c] ?? 0) + epsilon);
    const b = (beta[c] ?? 0) - (mean[c] ?? 0) * s;
    if (!Number.isFinite(s) || !Number.isFinite(b)) return undefined;
    scale[c] = s;
    shift[c] = b;
  }
  return { node, input: node.input(0), output, axis: 1, scale, shift };
}

function arithmetic(node: Node, output: Value): ChannelAffine | undefined {
  const [left, right] = [node.input(0), node.input(1)];
  if (left.constant !== undefined && right.constant !== undefined) return undefined;
  const constant = right.constant ?? left.constant;
  const input = right.constant ? left : right;
  if (!constant || !isFloat(constant.dtype)) return undefined;
  const axis = axisOf(constant, input);
  if (axis === 'several') return undefined;
  const values = constant.toFloat64();
  const maps = scaleAndShift(node.operator, values, right.constant !== undefined);
  return maps && { node, input, output, axis, ...maps };
}

/** The one axis of `input` along which a constant runs when it is aligned from the right; it must not widen `input`. */
function axisOf(constant: Tensor, input: Value): number | undefined | 'several' {
  const { shape } = input;
  if (!shape || constant.shape.length > shape.length) return 'several';
  const offset = shape.length - constant.shape.length;
  let found: number | undefined;
  for (const [i, size] of constant.shape.entries()) {
    if (size === 1) continue;
    if (found !== undefined || shape[i + offset] !== size) return 'several';
    found = i + offset;
  }
  return found;
}

/** Constants as they come; `x / c` is scaled by the reciprocal in float64, `c / x` is no map. */
function scaleAndShift(
  operator: string,
  values: Float64Array,
  isRight: boolean,
): Pick<ChannelAffine, 'scale' | 'shift'> | undefined {
  const all = (value: number) => new Float64Array(values.length).fill(value);
  switch (operator) {
    case 'Add':
      return { scale: all(1), shift: values };
    case 'Sub':
      return isRight ? { scale: all(1), shift: values.map((v) => -v) } : { scale: all(-1), shift: values };
    case 'Mul':
      return { scale: values, shift: all(0) };
    case 'Div':
      return isRight && values.every((v) => v !== 0) ? { scale: values.map((v) => 1 / v), shift: all(0) } : undefined;
    default:
      return undefined;
  }
}

/** One number per channel, where a single one stands for all. */
export function expanded(values: Float64Array, channels: number): Float64Array {
  if (values.length === channels) return values.slice();
  if (values.length !== 1) throw new RangeError(`${values.length} numbers for ${channels} channels`);
  return new Float64Array(channels).fill(values[0] ?? 0);
}
