import { decline } from '../../../lowering/decline.js';
import { type Dimension, isStatic, type Shape, sameShape } from '../../../model/index.js';
import type { MilDataType } from '../program/data-types.js';
import type { Constant, MilValue } from '../program/program.js';
import { bool, bools, int, ints, text } from './constants.js';
import type { NodeBuilder } from './node-builder.js';
import { repeatConstant } from './repeat-constant.js';

/** Element-wise operations of one operand keep its type and shape; `more` are further arguments. */
export function unary(to: NodeBuilder, type: string, x: MilValue, more: Record<string, Constant> = {}): MilValue {
  return to.emit(type, { x, ...more }, x.type.shape);
}

/** Element-wise operations of two operands, which broadcast as in NumPy. @param dtype bool for comparisons */
export function binary(
  to: NodeBuilder,
  type: string,
  x: MilValue,
  y: MilValue | Constant,
  dtype?: MilDataType,
): MilValue {
  const shape = 'shape' in y ? y.shape : y.type.shape;
  return to.emit(type, { x, y }, broadcastShape(x.type.shape, shape), dtype);
}

/** A comparison of MIL by its name, broadcast; gives bools. */
export function compare(to: NodeBuilder, type: string, x: MilValue, y: MilValue | Constant): MilValue {
  return binary(to, type, x, y, 'bool');
}

/** `a` where the condition is true, else `b`; all broadcast. MIL takes the shape from `a` and `b` alone, so one of them has it. */
export function select(to: NodeBuilder, cond: MilValue, a: MilValue, b: MilValue): MilValue {
  const chosen = broadcastShape(a.type.shape, b.type.shape);
  const shape = broadcastShape(cond.type.shape, chosen);
  if (sameShape(chosen, shape)) return to.emit('select', { cond, a, b }, shape, a.type.dtype);
  const widened = a.constant ? { a: expand(to, a, shape), b } : { a, b: expand(to, b, shape) };
  return to.emit('select', { cond, ...widened }, shape, a.type.dtype);
}

/** The same elements in another type; nothing where they have it. */
export function cast(to: NodeBuilder, x: MilValue, dtype: MilDataType): MilValue {
  return x.type.dtype === dtype ? x : to.emit('cast', { x, dtype: text(dtype) }, x.type.shape, dtype);
}

/**
 * The same elements under another shape; nothing where it has that shape.
 * @throws Declined where more than one size is open and cannot be computed
 */
export function reshape(to: NodeBuilder, x: MilValue, shape: Shape): MilValue {
  if (sameShape(x.type.shape, shape)) return x;
  if (x.constant && isStatic(shape)) return to.value({ ...x.constant, shape });
  // MIL's reshape takes a vector of sizes, which cannot be empty.
  if (shape.length === 0) return to.emit('squeeze', { x: x.type.shape.length > 1 ? reshape(to, x, [1]) : x }, []);
  const vector = isStatic(shape) ? ints(shape) : to.sizes.vectorForReshape(shape);
  return to.emit('reshape', { x, shape: vector ?? decline(UNKNOWN_SIZES) }, shape);
}

/** Why a shape cannot be said. */
export const UNKNOWN_SIZES = 'several of its sizes are open and are computed nowhere; fix them with --shape';

/** Sizes as an argument: a constant, or computed. @throws Declined where one is open and is computed nowhere */
export function sizeVector(to: NodeBuilder, shape: Shape): Constant | MilValue {
  return isStatic(shape) ? ints(shape) : (to.sizes.vector(shape) ?? decline(UNKNOWN_SIZES));
}

/** Axis i of the result is axis `perm[i]` of x; nothing where each is in its place. */
export function transpose(to: NodeBuilder, x: MilValue, perm: readonly number[]): MilValue {
  if (perm.every((axis, i) => axis === i)) return x;
  const shape = perm.map((axis) => x.type.shape[axis] ?? 1);
  return to.emit('transpose', { x, perm: ints(perm) }, shape);
}

/** A reduction over `axes` (from the front). Without axes nothing is reduced, and the caller decides what that means. */
export function reduce(
  to: NodeBuilder,
  type: string,
  x: MilValue,
  axes: readonly number[],
  keepDims: boolean,
): MilValue {
  const shape = x.type.shape.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
  return to.emit(type, { x, axes: ints(axes), keep_dims: bool(keepDims) }, shape);
}

/** Values of equal sizes but along `axis`, one behind the other; nothing where there is one. */
export function concat(to: NodeBuilder, values: readonly MilValue[], axis: number): MilValue {
  const [first] = values;
  if (!first || values.length === 1) return first ?? to.input();
  const parts: Shape = values.map(({ type }) => type.shape[axis] ?? 0);
  const total = isStatic(parts) ? parts.reduce((sum, part) => sum + part, 0) : to.unknownSize();
  const shape = first.type.shape.map((size, i) => (i === axis ? total : (knownSize(values, i) ?? size)));
  return to.emit('concat', { values, axis: int(axis), interleave: bool(false) }, shape, first.type.dtype);
}

/** The size that one of several values that are equally long is known to have. */
function knownSize(values: readonly MilValue[], axis: number): number | undefined {
  return values.map(({ type }) => type.shape[axis]).find((size) => typeof size === 'number');
}

/** `size` elements from `begin` on, along one axis. */
export function sliceAxis(to: NodeBuilder, x: MilValue, axis: number, begin: number, size: number): MilValue {
  const begins = x.type.shape.map((_, i) => (i === axis ? begin : 0));
  const sizes = x.type.shape.map((whole, i) => (i === axis ? size : whole));
  if (sameShape(sizes, x.type.shape)) return x;
  // -1 is what is left of an axis.
  const counts = sizes.map((count) => (typeof count === 'number' ? count : -1));
  return to.emit('slice_by_size', { x, begin: ints(begins), size: ints(counts) }, sizes);
}

/** Without so many elements at the begin and at the end of one axis. */
export function trimAxis(to: NodeBuilder, x: MilValue, axis: number, begin: number, end: number): MilValue {
  const size = x.type.shape[axis] ?? 1;
  if (begin === 0 && end === 0) return x;
  if (typeof size === 'number') return sliceAxis(to, x, axis, begin, size - begin - end);
  return sliceOpen(to, x, axis, begin === 0 ? undefined : begin, end === 0 ? undefined : -end, to.unknownSize());
}

/** The last elements of one axis. */
export function lastAlong(to: NodeBuilder, x: MilValue, axis: number, count: number): MilValue {
  const size = x.type.shape[axis] ?? 1;
  if (typeof size === 'number') return sliceAxis(to, x, axis, size - count, count);
  return sliceOpen(to, x, axis, -count, undefined, count);
}

/** From a bound to another, which count from the end where they are below 0; undefined: that end of the axis. */
function sliceOpen(
  to: NodeBuilder,
  x: MilValue,
  axis: number,
  begin: number | undefined,
  end: number | undefined,
  size: Dimension,
): MilValue {
  const at = (bound: number | undefined) => x.type.shape.map((_, i) => (i === axis ? (bound ?? 0) : 0));
  const mask = (bound: number | undefined) => x.type.shape.map((_, i) => i !== axis || bound === undefined);
  const args = {
    x,
    begin: ints(at(begin)),
    end: ints(at(end)),
    begin_mask: bools(mask(begin)),
    end_mask: bools(mask(end)),
  };
  const shape = x.type.shape.map((own, i) => (i === axis ? size : own));
  return to.emit('slice_by_index', args, shape);
}

/** x [*, m, k] times y [*, k, n]; leading axes broadcast. */
export function matmul(to: NodeBuilder, x: MilValue, y: MilValue | Constant, transposeY = false): MilValue {
  const right = 'shape' in y ? y.shape : y.type.shape;
  const left = x.type.shape;
  const columns = right.at(transposeY ? -2 : -1) ?? 1;
  const batch = broadcastShape(left.slice(0, -2), right.slice(0, -2));
  const args = { x, y, transpose_x: bool(false), transpose_y: bool(transposeY) };
  return to.emit('matmul', args, [...batch, left.at(-2) ?? 1, columns]);
}

/** Repeats each axis so many times; nothing where that is once. @throws Declined where a number is open and is computed nowhere */
export function tile(to: NodeBuilder, x: MilValue, reps: Shape): MilValue {
  if (reps.every((rep) => rep === 1)) return x;
  const repeated = (size: Dimension, rep: Dimension = 1) => {
    if (rep === 1) return size;
    if (size === 1) return rep;
    return typeof size === 'number' && typeof rep === 'number' ? size * rep : to.unknownSize();
  };
  const shape = x.type.shape.map((size, axis) => repeated(size, reps[axis]));
  return to.emit('tile', { x, reps: sizeVector(to, reps) }, shape);
}

/** x under a larger shape that it broadcasts to. @throws Declined where it has to be repeated unknown times */
export function expand(to: NodeBuilder, x: MilValue, shape: Shape): MilValue {
  const own = x.type.shape;
  const padded = [...new Array<number>(Math.max(0, shape.length - own.length)).fill(1), ...own];
  if (x.constant && isStatic(shape) && isStatic(padded)) return to.value(repeatConstant(x.constant, padded, shape));
  const reps = shape.map((size, axis) => {
    const had = padded[axis];
    if (had === size || size === 1) return 1;
    return had === 1 ? size : decline('whether it repeats an axis depends on a size that is open; fix it with --shape');
  });
  return tile(to, reshape(to, x, padded), reps);
}

/** NumPy's rule; sizes that do not fit are kept as they are, for inference has refused them before. */
export function broadcastShape(a: Shape, b: Shape): Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left === 1 || (typeof left !== 'number' && typeof right === 'number' && right !== 1)) return right;
    return left;
  });
}
