import { decline } from '../../../../lowering/decline.js';
import { type SoftmaxParameters, softmax } from '../../../../operators/index.js';
import { multiplied } from '../../../../operators/shape/products.js';
import type { MilValue } from '../../program/program.js';
import { bool, int } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, cast, compare, reduce, reshape, unary } from '../operations.js';
import { fixedSizes } from '../types.js';
import type { Row, Rows } from './row.js';

/** Lays the operand so that one axis is normalised, and the result back. */
const alongAxis =
  (make: (to: NodeBuilder, x: MilValue, axis: number) => MilValue): Row =>
  (node, to) => {
    if (to.kindOf() !== 'float') decline('Core ML computes it for floats alone');
    const { axis, flattensFromAxis }: SoftmaxParameters = softmax.parameters(node);
    const x = to.input();
    const { shape } = x.type;
    if (shape.length === 0) decline('it has no axis');
    if (!flattensFromAxis) return to.output(make(to, x, axis));
    const rows = [multiplied(node, shape.slice(0, axis)), multiplied(node, shape.slice(axis))];
    to.output(reshape(to, make(to, reshape(to, x, rows), 1), shape));
  };

/** What takes the elements along an axis together. */
export const softmaxes: Rows = {
  Softmax: alongAxis((to, x, axis) => to.emit('softmax', { x, axis: int(axis) }, x.type.shape)),

  /** (x - max) - log(sum(exp(x - max))): the logarithm of a softmax would be that of 0 where one element is far ahead. */
  LogSoftmax: alongAxis((to, x, axis) => {
    const centred = binary(to, 'sub', x, reduce(to, 'reduce_max', x, [axis], true));
    const total = reduce(to, 'reduce_sum', unary(to, 'exp', centred), [axis], true);
    return binary(to, 'sub', centred, unary(to, 'log', total, { epsilon: to.number(0) }));
  }),

  /** 1 where an element's index is that of the first maximum. */
  Hardmax: alongAxis((to, x, axis) => {
    const size = fixedSizes(x)[axis] ?? 1;
    const reduced = x.type.shape.map((own, i) => (i === axis ? 1 : own));
    const first = to.emit('reduce_argmax', { x, axis: int(axis), keep_dims: bool(true) }, reduced, 'int32');
    const shape = x.type.shape.map((_, i) => (i === axis ? size : 1));
    const places = to.value({ dtype: 'int32', shape, data: Int32Array.from({ length: size }, (_, i) => i) });
    return cast(to, compare(to, 'equal', first, places), to.float);
  }),
};
