import { decline } from '../../../../lowering/decline.js';
import { sizeOf } from '../../../../model/index.js';
import { concat as concatOperator, split } from '../../../../operators/index.js';
import type { MilType } from '../../program/program.js';
import { int, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { concat, reshape } from '../operations.js';
import type { Rows } from './row.js';

/** Beyond rank 5 the axes before and behind the one that matters are one each. */
function around(sizes: readonly number[], axis: number): { sizes: number[]; axis: number } {
  if (sizes.length <= 5) return { sizes: [...sizes], axis };
  return { sizes: [sizeOf(sizes.slice(0, axis)), sizes[axis] ?? 1, sizeOf(sizes.slice(axis + 1))], axis: 1 };
}

const laid = (to: NodeBuilder, index: number, axis: number) =>
  reshape(to, to.carrier(index), around(to.sizesOf(index), axis).sizes);

/** What joins tensors along an axis, or cuts one. */
export const joins: Rows = {
  Concat(node, to) {
    const { axis } = concatOperator.parameters(node);
    const values = node.inputs.map((_, index) => laid(to, index, axis));
    to.output(concat(to, values, around(to.resultSizes(), axis).axis));
  },

  Split(node, to) {
    const { axis, sizes } = split.parameters(node);
    if (!sizes) return decline('its parts are computed');
    const x = laid(to, 0, axis);
    if (sizes.length === 1) return to.output(x);
    const whole = around(to.sizesOf(), axis);
    const results = sizes.map((part): MilType => {
      const shape = whole.sizes.map((size, i) => (i === whole.axis ? part : size));
      return { dtype: x.type.dtype, shape };
    });
    const parts = to.emitMany('split', { x, split_sizes: ints(sizes), axis: int(whole.axis) }, results);
    parts.forEach((part, index) => {
      to.output(part, index);
    });
  },
};
