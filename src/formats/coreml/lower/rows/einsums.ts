import { decline } from '../../../../lowering/decline.js';
import { type Factor, lowerEinsum } from '../../../../lowering/einsum.js';
import { sizeOf } from '../../../../model/index.js';
import { einsum } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, matmul, reduce, reshape, transpose } from '../operations.js';
import { expectWide } from './operands.js';
import type { Rows } from './row.js';

/** Sums, transposes and matrix products, as many as the equation asks for. */
export const einsums: Rows = {
  Einsum(node, to) {
    expectWide(node);
    if (to.resultShape().length > 5) decline('its result has a rank over 5');
    const made = lowerEinsum<MilValue, number>(einsum.parameters(node), {
      operand: (index) => to.input(index),
      shape: (index) => to.sizesOf(index),
      sum: (x, axes) => reduce(to, 'reduce_sum', x, axes, false),
      transpose: (x, permutation) => transpose(to, x, permutation),
      product(left, rightAs, isTurned) {
        const [batch, rows, inner] = left.sizes;
        const x = joined(to, left);
        // The right operand stays as it lies where the product can read its rows as columns.
        const turns = isTurned && inner.length > 0;
        const right = rightAs(turns);
        const y = joined(to, right);
        const columns = right.sizes[turns ? 1 : 2];
        const product = inner.length === 0 ? binary(to, 'mul', x, y) : matmul(to, x, y, turns);
        return reshape(to, product, [...batch, ...rows, ...columns]);
      },
    });
    to.output(made);
  },
};

/** Each group as one axis, so that no rank is too high for a product; no axis for a batch of none. */
function joined(to: NodeBuilder, { ref, sizes }: Factor<MilValue, number>): MilValue {
  const [batch] = sizes;
  return reshape(to, ref, sizes.map(sizeOf).slice(batch.length > 0 ? 0 : 1));
}
