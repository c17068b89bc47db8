import { joined, lowerEinsum } from '../../../lowering/einsum.js';
import { floatInput } from '../../../lowering/operands.js';
import type { Dimension } from '../../../model/index.js';
import { einsum } from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row } from '../row.js';
import { batchProduct } from './products.js';

/** Sums, transposes and matrix products, as many as the equation asks for. */
export const einsumRows: readonly Row[] = [
  row(einsum, (site, parameters) =>
    lowerEinsum<Ref, Dimension>(parameters, {
      operand: (index) => floatInput(site, index),
      shape: (index) => site.onnxShape(index),
      sum: (x, axes) => site.build.reduce('Sum', x, axes, false),
      transpose: (x, permutation) => site.build.transpose(x, permutation),
      product(left, rightAs) {
        const [batch, rows, inner] = left.sizes;
        const leftShape = [...batch, joined(rows), joined(inner)];
        const a = { ref: site.reshape(left.ref, leftShape), shape: leftShape };
        const right = rightAs(false);
        const [, , columns] = right.sizes;
        const rightShape = [...batch, joined(inner), joined(columns)];
        const b = { ref: site.reshape(right.ref, rightShape), shape: rightShape };
        return site.reshape(batchProduct(site, a, b), [...batch, ...rows, ...columns]);
      },
    }),
  ),
];
