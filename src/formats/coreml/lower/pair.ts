import { decline } from '../../../lowering/decline.js';
import { sizeOf } from '../../../model/index.js';
import type { MilValue } from '../program/program.js';
import type { NodeBuilder } from './node-builder.js';
import { reshape } from './operations.js';

/**
 * The two operands of an element-wise operation. Beyond rank 5 both are laid flat, which says the same where they have one
 * shape or one of them is a single number.
 * @throws Declined where they broadcast along single axes beyond rank 5
 */
export function pair(to: NodeBuilder, first = 0): [MilValue, MilValue] {
  const [x, y] = [to.carrier(first), to.carrier(first + 1)];
  if (Math.max(to.shapeOf(first).length, to.shapeOf(first + 1).length) <= 5) return [x, y];
  const [a, b] = [to.sizesOf(first), to.sizesOf(first + 1)];
  const isSame = a.length === b.length && a.every((size, axis) => size === b[axis]);
  if (!isSame && sizeOf(a) !== 1 && sizeOf(b) !== 1) decline('it broadcasts along axes beyond rank 5');
  return [reshape(to, x, [sizeOf(a)]), reshape(to, y, [sizeOf(b)])];
}
