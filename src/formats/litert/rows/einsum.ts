import { joined, lowerEinsum } from '../../../lowering/einsum.js';
import { floatInput } from '../../../lowering/operands.js';
import type { Dimension } from '../../../model/index.js';
import { einsum } from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row } from '../row.js';

/** Sums, transposes and matrix products, as many as the equation asks for. */
export const einsumRows: readonly Row[] = [
  row(einsum, (site, parameters) =>
    lowerEinsum<Ref, Dimension>(parameters, {
      operand: (index) => floatInput(site, index),
      shape: (index) => site.onnxShape(index),
      sum: (x, axes) => site.build.reduce('Sum', x, axes, false),
      transpose: (x, permutation) => site.build.transpose(x, permutation),
      product(left, rightAs, isTurned) {
        const [batch, rows, inner] = left.sizes;
        const right = rightAs(isTurned);
        const columns = right.sizes[isTurned ? 1 : 2];
        // All axes of the batch lie as one, which the kernel takes any number of.
        const a = site.reshape(left.ref, [joined(batch), joined(rows), joined(inner)]);
        const turned = [joined(columns), joined(inner)];
        const b = site.reshape(right.ref, [joined(batch), ...(isTurned ? turned : turned.reverse())]);
        const product = site.build.op('BATCH_MATMUL', [a, b], { adjX: 0, adjY: Number(isTurned) });
        return site.reshape(product, [...batch, ...rows, ...columns]);
      },
    }),
  ),
];
