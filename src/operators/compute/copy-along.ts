import { forEachRow, sizeOf, type Tensor, type Walk } from '../../model/index.js';
import { Cells } from './cells.js';

/** The elements that `walk` meets, as a tensor of its shape; undefined for types below a byte. */
export function copyAlong(tensor: Tensor, walk: Walk): Tensor | undefined {
  const source = Cells.of(tensor);
  const target = Cells.zeros(tensor.dtype, sizeOf(walk.shape));
  if (!source || !target) return undefined;
  const length = walk.shape.at(-1) ?? 1;
  const stride = walk.strides.at(-1) ?? 1;
  let at = 0;
  forEachRow(walk, (place) => {
    if (stride === 1) target.copy(at, source, place, length);
    else for (let i = 0; i < length; i++) target.copy(at + i, source, place + i * stride);
    at += length;
  });
  return target.toTensor(walk.shape);
}
