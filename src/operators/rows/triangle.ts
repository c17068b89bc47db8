import { sizeOf, Tensor } from '../../model/index.js';
import { Cells } from '../compute/cells.js';
import { operator } from '../operator.js';
import { scalarAt } from '../shape/constants.js';
import { likeOf } from '../shape/facts.js';
import { typeAttribute } from '../shape/type-attribute.js';

/** Ones on a diagonal, of the operand's shape. */
export const eyeLike = operator('EyeLike', {
  traits: [],
  parameters: (node) => ({
    /** Element type of the result; undefined where it is the operand's, which is not known. */
    dtype: typeAttribute(node, 'dtype') ?? node.input(0).dtype,
    /** Which diagonal holds the ones: 0 the main one, above it positive. */
    k: node.int('k', 0),
  }),
  infer: (node, { dtype }) => {
    const { shape } = node.input(0);
    if (shape && shape.length !== 2) throw node.invalid(`rank is ${shape.length}, not 2`);
    return [{ dtype, shape }];
  },
  compute: ([tensor], { dtype, k }) => {
    const one = dtype && Tensor.from(dtype, [], [1]);
    const [source, target] = [one && Cells.of(one), dtype && tensor && Cells.zeros(dtype, tensor.size)];
    if (!tensor || !source || !target) return undefined;
    const [rows = 0, columns = 0] = tensor.shape;
    for (let row = 0; row < rows; row++) {
      if (row + k >= 0 && row + k < columns) target.copy(row * columns + row + k, source, 0);
    }
    return [target.toTensor(tensor.shape)];
  },
});

/** Keeps the upper or lower triangle of each matrix of the last two axes, and puts 0 elsewhere. */
export const trilu = operator('Trilu', {
  traits: [],
  parameters: (node) => ({
    upper: node.int('upper', 1) !== 0,
    /** The diagonal where the kept part begins (upper) or ends; undefined where it is computed. */
    k: node.hasInput(1) ? scalarAt(node, 1, 'k') : 0,
  }),
  infer: (node) => [likeOf(node.input(0))],
  compute: ([tensor], { upper, k }) => {
    if (!tensor || k === undefined || tensor.shape.length < 2) return undefined;
    const [source, target] = [Cells.of(tensor), Cells.zeros(tensor.dtype, tensor.size)];
    if (!source || !target) return undefined;
    const [rows = 0, columns = 0] = tensor.shape.slice(-2);
    const matrices = sizeOf(tensor.shape.slice(0, -2));
    for (let at = 0; at < matrices * rows; at++) {
      const border = Math.min(Math.max((at % rows) + k + (upper ? 0 : 1), 0), columns);
      const [from, to] = upper ? [border, columns] : [0, border];
      target.copy(at * columns + from, source, at * columns + from, to - from);
    }
    return [target.toTensor(tensor.shape)];
  },
});
