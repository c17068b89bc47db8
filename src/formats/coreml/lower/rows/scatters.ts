import { decline } from '../../../../lowering/decline.js';
import { ownPlaces } from '../../../../lowering/indices.js';
import { isStatic, type Node, type Shape, sizeOf, stridesOf } from '../../../../model/index.js';
import { type Reduction, scatter, scatterElements, scatterNd } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { int, ints, text } from '../constants.js';
import { knownIntegers } from '../known-integers.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, compare, reshape, select, sizeVector } from '../operations.js';
import type { Rows } from './row.js';

/** Parts of a tensor written by index. */
export const scatters: Rows = {
  ScatterND(node, to) {
    const depth = to.shapeOf(1).at(-1);
    if (typeof depth !== 'number') return decline('its index vectors have no known length');
    const indices = fromFront(to, node, to.shapeOf().slice(0, depth));
    to.output(written(to, to.input(), indices, to.input(2), scatterNd.parameters(node).reduction));
  },

  ScatterElements(node, to) {
    elementwise(to, node, scatterElements.parameters(node));
  },

  Scatter(node, to) {
    elementwise(to, node, scatter.parameters(node));
  },
};

/** All axes lie as one, in which each index becomes the place of its element. */
function elementwise(to: NodeBuilder, node: Node, { axis, reduction }: { axis: number; reduction: Reduction }): void {
  const sizes = to.sizesOf();
  const strides = stridesOf(sizes);
  const shape = to.sizesOf(1);
  const own = { dtype: 'int32', shape, data: ownPlaces(shape, strides, axis) } as const;
  const steps = binary(to, 'mul', fromFront(to, node, [sizes[axis] ?? 1]), int(strides[axis] ?? 1));
  const places = reshape(to, binary(to, 'add', steps, own), [sizeOf(shape), 1]);
  const data = reshape(to, to.input(), [sizeOf(sizes)]);
  const made = written(to, data, places, reshape(to, to.input(2), [sizeOf(shape)]), reduction);
  to.output(reshape(to, made, sizes));
}

/** The indices, counted from the front of axes of these sizes, one for each element of the last axis or one for all. */
function fromFront(to: NodeBuilder, node: Node, sizes: Shape): MilValue {
  const known = knownIntegers(node.input(1));
  if (!known || !isStatic(sizes)) {
    const indices = to.input(1);
    if (known?.every((index) => index >= 0)) return indices;
    const [size] = sizes;
    const limits = sizes.length === 1 && typeof size === 'number' ? int(size) : sizeVector(to, sizes);
    const isFromEnd = compare(to, 'less', indices, int(0));
    return select(to, isFromEnd, binary(to, 'add', indices, limits), indices);
  }
  const sizeAt = (at: number) => sizes[at % sizes.length] ?? 1;
  const places = known.map((index, at) => (index < 0 ? index + sizeAt(at) : index));
  if (places.some((place, at) => place < 0 || place >= sizeAt(at)))
    throw node.invalid('an index is outside of its axis');
  return to.value({ ...ints(places), shape: to.sizesOf(1) });
}

function written(
  to: NodeBuilder,
  data: MilValue,
  indices: MilValue,
  updates: MilValue,
  reduction: Reduction,
): MilValue {
  if (indices.type.shape.length > 5) decline('its indices have a rank over 5');
  const mode = text(reduction === 'none' ? 'update' : reduction);
  const { dtype, shape } = data.type;
  return to.emit('scatter_nd', { data, indices, updates, mode }, shape, dtype);
}
