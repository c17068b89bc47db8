import { type Node, sizeOf, stridesOf } from '../../../model/index.js';
import { gathered, sums } from '../linear-maps.js';
import { type AffineForm, type Operands, operandAt } from '../row.js';

/** The first operand, of which each place of the result takes one, found axis by axis. */
export function moved(
  node: Node,
  operands: Operands,
  result: readonly number[],
  along: (axis: number, strides: readonly number[]) => Int32Array,
  operand = 0,
): AffineForm {
  const { shape } = operandAt(node, operands, operand);
  const strides = stridesOf(shape);
  const places = sums(result.map((_, axis) => along(axis, strides)));
  return { shape: result, terms: [{ operand, map: gathered(sizeOf(shape), places) }] };
}
