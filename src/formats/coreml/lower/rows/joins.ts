import { decline } from '../../../../lowering/decline.js';
import type { Dimension, Node, Shape } from '../../../../model/index.js';
import { concat as concatOperator, split } from '../../../../operators/index.js';
import { multiplied } from '../../../../operators/shape/products.js';
import type { MilType } from '../../program/program.js';
import { int, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { concat, reshape } from '../operations.js';
import type { Rows } from './row.js';

/** Beyond rank 5 the axes before and behind the one that matters are one each. */
function around(node: Node, sizes: Shape, axis: number): { sizes: Dimension[]; axis: number } {
  if (sizes.length <= 5) return { sizes: [...sizes], axis };
  const [before, after] = [multiplied(node, sizes.slice(0, axis)), multiplied(node, sizes.slice(axis + 1))];
  return { sizes: [before, sizes[axis] ?? 1, after], axis: 1 };
}

const laid = (to: NodeBuilder, index: number, axis: number) =>
  reshape(to, to.carrier(index), around(to.node, to.shapeOf(index), axis).sizes);

/** What joins tensors along an axis, or cuts one. */
export const joins: Rows = {
  Concat(node, to) {
    const { axis } = concatOperator.parameters(node);
    const values = node.inputs.map((_, index) => laid(to, index, axis));
    to.output(concat(to, values, around(node, to.resultShape(), axis).axis));
  },

  Split(node, to) {
    const { axis, sizes } = split.parameters(node);
    if (!sizes) return decline('its parts are computed');
    const x = laid(to, 0, axis);
    if (sizes.length === 1) return to.output(x);
    const whole = around(node, to.shapeOf(), axis);
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
