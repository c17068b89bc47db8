import { sizeOf, stridesOf } from '../../../model/index.js';
import type { Constant } from '../program/program.js';

/**
 * A constant under a larger shape, its elements repeated along the axes where it has one.
 * @param from its shape, with as many axes as the larger one
 */
export function repeatConstant({ dtype, data }: Constant, from: readonly number[], shape: readonly number[]): Constant {
  const [own, strides] = [stridesOf(from), stridesOf(shape)];
  const elements = Array.from({ length: sizeOf(shape) }, (_, at) => {
    const place = shape.reduce((sum, size, axis) => {
      const index = Math.floor(at / (strides[axis] ?? 1)) % size;
      return sum + (from[axis] === 1 ? 0 : index * (own[axis] ?? 0));
    }, 0);
    const element = data[place];
    return typeof element === 'number' ? element : 0;
  });
  switch (dtype) {
    case 'fp32':
      return { dtype, shape, data: Float32Array.from(elements) };
    case 'fp16':
      return { dtype, shape, data: Uint16Array.from(elements) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(elements) };
    default:
      return { dtype, shape, data: Uint8Array.from(elements) };
  }
}
