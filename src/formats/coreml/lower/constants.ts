import { decline } from '../../../lowering/decline.js';
import { float16ConstantFrom, type Tensor } from '../../../model/index.js';
import type { Constant } from '../program/program.js';
import { milTypeOf } from './types.js';

/** Thrown where a constant would leave the range of fp16; the node is then lowered again in fp32. */
export class LeavesHalf extends Error {}

/** The types in which a node may compute. */
export type Float = 'fp16' | 'fp32';

/** A scalar that an operation takes as an argument. */
export const int = (value: number): Constant => ({ dtype: 'int32', shape: [], data: Int32Array.of(value) });
/** A scalar. */
export const bool = (value: boolean): Constant => ({ dtype: 'bool', shape: [], data: Uint8Array.of(Number(value)) });
/** A scalar. */
export const text = (value: string): Constant => ({ dtype: 'string', shape: [], data: value });

/** A vector, also where it has one element. */
export const ints = (values: readonly number[]): Constant => ({
  dtype: 'int32',
  shape: [values.length],
  data: Int32Array.from(values),
});
/** A vector, also where it has one element. */
export const bools = (values: readonly boolean[]): Constant => ({
  dtype: 'bool',
  shape: [values.length],
  data: Uint8Array.from(values, Number),
});

/**
 * Numbers as a constant of a float type.
 * @throws LeavesHalf where a finite one has no finite fp16
 */
export function floats(dtype: Float, shape: readonly number[], values: Float32Array): Constant {
  if (dtype === 'fp32') return { dtype, shape, data: values };
  const { bits, overflows } = float16ConstantFrom(values);
  if (overflows) throw new LeavesHalf();
  return { dtype, shape, data: bits, exact: values };
}

/** A scalar of a float type. @throws LeavesHalf */
export function number(dtype: Float, value: number): Constant {
  return floats(dtype, [], Float32Array.of(value));
}

/**
 * A tensor of the source as a constant: floats in the node's own type, integers as int32.
 * @throws Declined where its type, its rank or one of its integers is beyond Core ML
 * @throws LeavesHalf where a float leaves fp16
 */
export function constantFrom(tensor: Tensor, float: Float): Constant {
  const kind = milTypeOf(tensor.dtype);
  if (tensor.shape.length > 5) decline(`a constant has rank ${tensor.shape.length}; Core ML stops at 5`);
  if (tensor.size === 0) decline('a constant is empty; Core ML has no tensors without elements');
  const { shape } = tensor;
  if (kind === 'float') {
    if (tensor.dtype === 'float16' && float === 'fp16') return { dtype: float, shape, data: halves(tensor) };
    return float === 'fp32' ? promised(tensor) : floats(float, shape, tensor.toFloat32());
  }
  if (kind === 'bool') return { dtype: 'bool', shape, data: Uint8Array.from(tensor.toFloat64()) };
  const values = tensor.toFloat64();
  const large = values.find((value) => value < -(2 ** 31) || value >= 2 ** 31);
  if (large !== undefined) decline(`the constant ${large} is beyond the 32 bits of Core ML's integers`);
  return { dtype: 'int32', shape, data: Int32Array.from(values) };
}

/** In float32, read when it is written: who only asks what can be lowered never does. */
function promised(tensor: Tensor): Constant {
  let numbers: Float32Array | undefined;
  return {
    dtype: 'fp32',
    shape: tensor.shape,
    get data() {
      numbers ??= tensor.toFloat32();
      return numbers;
    },
  };
}

function halves({ bytes, size }: Tensor): Uint16Array {
  // Not `slice`: that of Node's Buffer copies nothing, and these bytes may start anywhere in it.
  return new Uint16Array(new Uint8Array(bytes).buffer, 0, size);
}
