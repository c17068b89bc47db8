import { type Dimension, isStatic, type Node, type Shape, sameShape, sizeOf, stridesOf } from '../../model/index.js';
import { hasTrait, tile, transpose } from '../../operators/index.js';
import { elements, followAxis } from './follow-axis.js';
import type { Affine } from './scaled-weights.js';

/** `scale * x + shift` on its way to weights that can take it. */
export interface Travelling extends Affine {
  /** The axis that scale and shift run along; undefined: they are single numbers; several: they run along all of `sizes`. */
  readonly axis: number | 'several' | undefined;
  /** Where they run along several axes: the size of each axis of the value, 1 for those along which they stay the same. */
  readonly sizes?: readonly number[];
}

/** Weights that do the work of a scale have as many outputs or inputs: no layer has more. */
const MOST_ELEMENTS = 2 ** 20;

/**
 * Where a scale and shift go through a node that only moves or repeats elements, `forward` from its input to its output
 * or back. A channel may become a part of an axis, or a product of axes: then all elements take what their channel has.
 * undefined where the node is no such node, or where copies of one element would need different scales.
 */
export function followShape(node: Node, affine: Travelling, direction: 'forward' | 'back'): Travelling | undefined {
  if (!hasTrait(node, 'reshapes') && !node.is('Transpose', 'Expand', 'Tile')) return undefined;
  if (affine.axis === undefined) return affine;
  const whole = affine.axis === 'several' ? undefined : followAxis(node, affine.axis, direction);
  if (whole !== undefined) return { ...affine, axis: whole };
  const [input, output] = [node.inputs[0]?.shape, node.outputs[0]?.shape];
  if (!input || !output) return undefined;
  const [from, to] = direction === 'forward' ? [input, output] : [output, input];
  const sizes = affine.sizes ?? from.map((_, axis) => (axis === affine.axis ? affine.scale.length : 1));
  const field = { sizes, scale: affine.scale, shift: affine.shift };
  const moved = moveField(node, field, from, to, direction);
  return moved && simplified(moved);
}

/** A scale and a shift for every element, row-major; an axis of size 1 stands for all along it. */
interface Field extends Affine {
  readonly sizes: readonly number[];
}

function moveField(node: Node, field: Field, from: Shape, to: Shape, direction: 'forward' | 'back'): Field | undefined {
  if (node.is('Transpose')) return transposed(node, field, direction);
  if (node.is('Expand', 'Tile')) {
    return direction === 'forward' ? repeated(node, field, from, to) : unrepeated(node, field, from, to);
  }
  return reshaped(field, from, to);
}

/** The field whose element at each index is that of `field` at `source(index)`. */
function picked(
  field: Field,
  sizes: readonly number[],
  source: (index: readonly number[]) => readonly number[],
): Field {
  const [strides, own] = [stridesOf(sizes), stridesOf(field.sizes)];
  const places = Float64Array.from({ length: sizeOf(sizes) }, (_, at) => {
    const index = source(sizes.map((size, axis) => Math.floor(at / (strides[axis] ?? 1)) % size));
    return index.reduce((place, i, axis) => place + (field.sizes[axis] === 1 ? 0 : i * (own[axis] ?? 0)), 0);
  });
  const pick = (values: Float64Array) => places.map((place) => values[place] ?? 0);
  return { sizes, scale: pick(field.scale), shift: pick(field.shift) };
}

function transposed(node: Node, field: Field, direction: 'forward' | 'back'): Field | undefined {
  const { perm } = transpose.parameters(node);
  if (perm?.length !== field.sizes.length) return undefined;
  // Axis i of the output is axis perm[i] of the input.
  const axes = direction === 'forward' ? perm : perm.map((_, axis) => perm.indexOf(axis));
  const places = axes.map((_, axis) => axes.indexOf(axis));
  return picked(
    field,
    axes.map((axis) => field.sizes[axis] ?? 1),
    (index) => places.map((place) => index[place] ?? 0),
  );
}

/** Blocks of axes that hold the same elements before and after; those that the field runs along are written out. */
function reshaped(field: Field, from: Shape, to: Shape): Field | undefined {
  const blocks = commonBlocks(from, to);
  const wide: number[] = [];
  const sizes: number[] = [];
  for (const [first, second] of blocks) {
    const [old, made] = [from.slice(...first), to.slice(...second)];
    const varies = field.sizes.slice(...first).some((size) => size > 1);
    if (varies && !(isStatic(old) && isStatic(made))) return undefined;
    wide.push(...old.map((size) => (varies ? Number(size) : 1)));
    sizes.push(...made.map((size) => (varies ? Number(size) : 1)));
  }
  if (sizeOf(wide) > MOST_ELEMENTS) return undefined;
  return { ...picked(field, wide, (index) => index), sizes };
}

type Range = readonly [number, number];

/** The finest cut of both shapes into pieces with as many elements each. */
function commonBlocks(from: Shape, to: Shape): (readonly [Range, Range])[] {
  const blocks: (readonly [Range, Range])[] = [];
  let [i, j] = [0, 0];
  for (let end = 1; end <= from.length; end++) {
    const isLast = end === from.length;
    const count = elements(from.slice(i, end));
    const found = isLast ? to.length : lengthWith(to, j, count);
    if (found === undefined) continue;
    blocks.push([
      [i, end],
      [j, found],
    ]);
    [i, j] = [end, found];
  }
  return blocks;
}

/** Up to where `shape` has `count` elements from `start` on; undefined where it never has. */
function lengthWith(shape: Shape, start: number, count: readonly Dimension[]): number | undefined {
  for (let end = start; end <= shape.length; end++) {
    if (sameShape(elements(shape.slice(start, end)), count)) return end;
  }
  return undefined;
}

/** How an axis of the input stands in the output: aligned from the right for Expand. */
function alignment(node: Node, input: Shape, output: Shape): number | undefined {
  if (node.is('Tile')) return tile.parameters(node).repeats && input.length === output.length ? 0 : undefined;
  return output.length >= input.length ? output.length - input.length : undefined;
}

function repeated(node: Node, field: Field, input: Shape, output: Shape): Field | undefined {
  const offset = alignment(node, input, output);
  if (offset === undefined) return undefined;
  const sizes = output.map((size, axis) => ((field.sizes[axis - offset] ?? 1) > 1 ? size : 1));
  return isStatic(sizes)
    ? picked(field, sizes, (index) => field.sizes.map((size, axis) => (index[axis + offset] ?? 0) % size))
    : undefined;
}

/** Only where all copies of an element are to be scaled alike. */
function unrepeated(node: Node, field: Field, output: Shape, input: Shape): Field | undefined {
  const offset = alignment(node, input, output);
  if (offset === undefined) return undefined;
  const sizes: Shape = input.map((size, axis) => ((field.sizes[axis + offset] ?? 1) > 1 ? size : 1));
  if (!isStatic(sizes)) return undefined;
  const first = picked(field, sizes, (index) => field.sizes.map((_, axis) => index[axis - offset] ?? 0));
  const again = picked(first, field.sizes, (index) => sizes.map((size, axis) => (index[axis + offset] ?? 0) % size));
  const isSame = (a: Float64Array, b: Float64Array) => a.every((value, i) => value === b[i]);
  return isSame(again.scale, field.scale) && isSame(again.shift, field.shift) ? first : undefined;
}

/** Without the axes along which nothing changes. */
function simplified(field: Field): Travelling {
  const { sizes, scale, shift } = field.sizes.reduce((left, _, axis) => withoutAxis(left, axis), field);
  const axes = sizes.flatMap((size, axis) => (size > 1 ? [axis] : []));
  const [axis] = axes;
  return axes.length > 1 ? { axis: 'several', sizes, scale, shift } : { axis, scale, shift };
}

function withoutAxis(field: Field, axis: number): Field {
  const stride = stridesOf(field.sizes)[axis] ?? 1;
  const size = field.sizes[axis] ?? 1;
  if (size === 1) return field;
  const isFirst = (at: number) => Math.floor(at / stride) % size === 0;
  const isSame = (values: Float64Array) =>
    values.every((value, at) => isFirst(at) || value === values[at - stride * (Math.floor(at / stride) % size)]);
  if (!isSame(field.scale) || !isSame(field.shift)) return field;
  const first = (values: Float64Array) => values.filter((_, at) => isFirst(at));
  const sizes = field.sizes.map((other, i) => (i === axis ? 1 : other));
  return { sizes, scale: first(field.scale), shift: first(field.shift) };
}
