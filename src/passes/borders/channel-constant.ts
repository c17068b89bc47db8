import { Tensor, type Value } from '../../model/index.js';
import { constantOfShape, hasTrait, transpose } from '../../operators/index.js';
import { followAxis } from '../affine/follow-axis.js';

/** A tensor that is the same along all of its axes but one at most. */
export interface ChannelConstant {
  /** [C], or [1] where all elements are equal. */
  readonly values: Tensor;
  /** The axis that the values run along; undefined for a single number. */
  readonly axis: number | undefined;
}

const DEEPEST = 8;

/** What a value holds that is a constant stretched, turned or reshaped, its size perhaps open; undefined for all else. */
export function channelConstant(value: Value, depth = 0): ChannelConstant | undefined {
  if (value.constant) return ofTensor(value.constant);
  const node = value.producer;
  if (!node || depth > DEEPEST) return undefined;
  if (node.is('ConstantOfShape')) {
    return { values: constantOfShape.parameters(node).value.reshape([1]), axis: undefined };
  }
  if (!hasTrait(node, 'reshapes') && !node.is('Expand', 'Identity', 'Transpose')) return undefined;
  const before = channelConstant(node.input(0), depth + 1);
  if (!before || before.axis === undefined) return before;
  const axis = movedAxis(value, before.axis);
  return axis === undefined ? undefined : { ...before, axis };
}

function movedAxis(value: Value, axis: number): number | undefined {
  const node = value.producer;
  if (!node || node.is('Identity')) return axis;
  if (node.is('Transpose')) return transpose.parameters(node).perm?.indexOf(axis);
  if (!node.is('Expand')) return followAxis(node, axis, 'forward');
  const [from, to] = [node.input(0).rank, value.rank];
  return from === undefined || to === undefined ? undefined : axis + to - from;
}

function ofTensor(tensor: Tensor): ChannelConstant | undefined {
  if (tensor.dtype === 'string' || tensor.size === 0) return undefined;
  const numbers = tensor.toFloat64();
  const [first = Number.NaN] = numbers;
  if (numbers.every((value) => value === first)) return ofNumbers(tensor, numbers.slice(0, 1), undefined);
  let inner = tensor.size;
  for (const [axis, size] of tensor.shape.entries()) {
    inner /= size;
    const values = Float64Array.from({ length: size }, (_, i) => numbers[i * inner] ?? Number.NaN);
    if (numbers.every((value, at) => value === values[Math.floor(at / inner) % size])) {
      return ofNumbers(tensor, values, axis);
    }
  }
  return undefined;
}

function ofNumbers({ dtype }: Tensor, values: Float64Array, axis: number | undefined): ChannelConstant {
  return { values: Tensor.from(dtype, [values.length], values), axis };
}
