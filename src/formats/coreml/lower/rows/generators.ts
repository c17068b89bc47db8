import { decline } from '../../../../lowering/decline.js';
import { type DataType, isStatic, sizeOf } from '../../../../model/index.js';
import { constantOfShape, eyeLike, oneHot, range, shape, trilu } from '../../../../operators/index.js';
import type { Constant, MilValue } from '../../program/program.js';
import { int, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, cast, compare, reshape, select, sizeVector, sliceAxis, UNKNOWN_SIZES } from '../operations.js';
import { fixedSizes, milTypeOf } from '../types.js';
import type { Rows } from './row.js';

/** Operators whose results depend on shapes and constants more than on what flows through the network. */
export const generators: Rows = {
  Shape(node, to) {
    const { start, end } = shape.parameters(node);
    const sizes = to.shapeOf().slice(start, end);
    to.output(isStatic(sizes) ? to.value(ints(sizes)) : (to.sizes.vector(sizes) ?? decline(UNKNOWN_SIZES)));
  },
  Size: (_node, to) => to.output(to.value(int(sizeOf(to.sizesOf())))),

  ConstantOfShape(node, to) {
    const { value } = constantOfShape.parameters(node);
    const sizes = to.resultShape();
    const element = to.constant(value.reshape([]));
    if (sizes.length === 0) return to.output(to.value(element));
    if (sizes.length > 5) decline('its result has a rank over 5');
    to.output(to.emit('fill', { shape: sizeVector(to, sizes), value: element }, sizes, element.dtype));
  },

  Range(node, to) {
    const { start, delta } = range.parameters(node);
    if (start === undefined || delta === undefined) return decline('its bounds are computed');
    const [count = 0] = to.resultShape();
    if (typeof count !== 'number') return to.output(countedTo(to, count, start, delta));
    const values = Float64Array.from({ length: count }, (_, i) => start + i * delta);
    to.output(to.value(numbers(to, node.output().dtype, [count], values)));
  },

  EyeLike(node, to) {
    const { dtype, k } = eyeLike.parameters(node);
    const [rows = 0, columns = 0] = to.resultSizes();
    const values = Float64Array.from({ length: rows * columns }, (_, i) =>
      (i % columns) - Math.floor(i / columns) === k ? 1 : 0,
    );
    to.output(to.value(numbers(to, dtype, [rows, columns], values)));
  },

  /** A constant mask says where each element of the last two axes stays. */
  Trilu(node, to) {
    const { upper, k } = trilu.parameters(node);
    if (k === undefined) return decline('its diagonal is computed');
    const x = to.input();
    if (x.type.shape.length < 2) throw node.invalid('its operand is no matrix');
    const [rows = 1, columns = 1] = fixedSizes(x).slice(-2);
    const data = Uint8Array.from({ length: rows * columns }, (_, i) => {
      const distance = (i % columns) - Math.floor(i / columns) - k;
      return Number(upper ? distance >= 0 : distance <= 0);
    });
    const mask = to.value({ dtype: 'bool', shape: [rows, columns], data });
    if (x.type.dtype === 'bool') return to.output(binary(to, 'logical_and', x, mask, 'bool'));
    const zero = to.value(x.type.dtype === 'int32' ? int(0) : to.number(0));
    to.output(select(to, mask, x, zero));
  },

  /** Where the index of a place along the new axis is the one that is asked for; an index out of range is on nowhere. */
  OneHot(node, to) {
    const { axis, depth } = oneHot.parameters(node);
    if (depth === undefined) return decline('its depth is computed');
    const sizes = to.resultSizes();
    if (sizes.length > 5) decline('its result has a rank over 5');
    const asked = cast(to, to.input(0), 'int32');
    const fromBegin = select(to, compare(to, 'less', asked, int(0)), binary(to, 'add', asked, int(depth)), asked);
    const indices = reshape(
      to,
      fromBegin,
      sizes.map((size, i) => (i === axis ? 1 : size)),
    );
    const along = sizes.map((_, i) => (i === axis ? depth : 1));
    const places = to.value({ dtype: 'int32', shape: along, data: Int32Array.from({ length: depth }, (_, i) => i) });
    const values = to.input(2);
    const value = (at: number) => reshape(to, sliceAxis(to, values, 0, at, 1), []);
    if (values.type.dtype === 'bool') decline('its values are bools');
    to.output(select(to, compare(to, 'equal', indices, places), value(1), value(0)));
  },
};

/** As many numbers from 0 on as an axis has elements whose size is open. */
function countedTo(to: NodeBuilder, count: string, start: number, delta: number): MilValue {
  if (start !== 0 || delta !== 1) return decline('its bounds are computed');
  const vector = sizeVector(to, [count]);
  const end = to.emit('squeeze', { x: 'hint' in vector ? vector : to.value(vector) }, [], 'int32');
  const all = to.emit('range_1d', { end, start: int(0), step: int(1) }, [count], 'int32');
  return to.kindOf() === 'float' ? cast(to, all, to.float) : all;
}

function numbers(
  to: NodeBuilder,
  dtype: DataType | undefined,
  shape: readonly number[],
  values: Float64Array,
): Constant {
  switch (milTypeOf(dtype)) {
    case 'float':
      return to.floats(shape, values);
    case 'bool':
      return { dtype: 'bool', shape, data: Uint8Array.from(values) };
    default:
      return { dtype: 'int32', shape, data: Int32Array.from(values) };
  }
}
