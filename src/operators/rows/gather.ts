import { type Dimension, type Node, type Shape, sizeOf } from '../../model/index.js';
import { Cells } from '../compute/cells.js';
import { elementPlaces, indicesOf, slicePlaces, slicesAt } from '../compute/indices.js';
import { type Facts, operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { shaped } from '../shape/facts.js';

export interface GatherParameters {
  /** From the front where the rank is known. */
  readonly axis: number;
}

/** Slices of the data along an axis, picked by integers; their shape takes the place of that axis. Negative ones count from the end. */
export const gather = operator('Gather', {
  traits: ['moves'],
  parameters: axisParameter,
  infer: (node, { axis }) => {
    const [data, indices] = [node.input(0), node.input(1)];
    const shape = data.shape &&
      indices.shape && [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
    return [{ dtype: data.dtype, shape, elements: pickedElements(node, data.elements, indices.elements) }];
  },
  compute: ([data, indices], { axis }) => {
    const size = data?.shape[axis];
    if (!data || !indices || size === undefined) return undefined;
    const places = indicesOf(indices, size);
    const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
    return places && slicesAt(data, axis, places, shape);
  },
});

function axisParameter(node: Node): GatherParameters {
  const axis = node.int('axis', 0);
  const { rank } = node.input(0);
  return { axis: rank === undefined ? axis : normalizeAxis(node, axis, rank) };
}

/** @throws InputError where an index lies outside: then no run can be right */
function pickedElements(node: Node, data: Shape | undefined, indices: Shape | undefined): Dimension[] | undefined {
  if (!data || !indices) return undefined;
  const picked: Dimension[] = [];
  for (const index of indices) {
    if (typeof index !== 'number') return undefined;
    const element = data.at(index);
    if (element === undefined || index < -data.length)
      throw node.invalid(`index ${index} is outside ${data.length} elements`);
    picked.push(element);
  }
  return picked;
}

/** Picks single elements along an axis; all else of their place is that of the index. */
export const gatherElements = operator('GatherElements', {
  traits: ['moves'],
  parameters: axisParameter,
  infer: (node): Facts[] => [shaped(node.input(0), node.input(1).shape)],
  compute: ([data, indices], { axis }) => {
    const places = data && indices && elementPlaces(data, indices, axis);
    const source = data && Cells.of(data);
    const target = data && indices && Cells.zeros(data.dtype, indices.size);
    if (!places || !source || !target) return undefined;
    for (let i = 0; i < places.length; i++) target.copy(i, source, places[i] ?? 0);
    return [target.toTensor(indices.shape)];
  },
});

export interface GatherNdParameters {
  /** How many leading axes data and indices share. */
  readonly batchDims: number;
}

/** Picks slices by index vectors along the last axis of the indices. */
export const gatherNd = operator('GatherND', {
  traits: ['moves'],
  parameters: (node): GatherNdParameters => ({ batchDims: node.opset < 12 ? 0 : node.int('batch_dims', 0) }),
  infer: (node, { batchDims }) => {
    const [data, indices] = [node.input(0), node.input(1)];
    const length = indices.shape?.at(-1);
    if (!data.shape || !indices.shape || typeof length !== 'number') return [shaped(data, undefined)];
    const from = batchDims + length;
    if (from > data.shape.length) throw node.invalid(`index vectors of ${length} for rank ${data.shape.length}`);
    return [shaped(data, [...indices.shape.slice(0, -1), ...data.shape.slice(from)])];
  },
  compute: ([data, indices], { batchDims }) => {
    if (!data || !indices) return undefined;
    const places = slicePlaces(data, indices, batchDims);
    const source = Cells.of(data);
    const length = indices.shape.at(-1) ?? 0;
    const inner = data.shape.slice(batchDims + length);
    const shape = [...indices.shape.slice(0, -1), ...inner];
    const target = Cells.zeros(data.dtype, sizeOf(shape));
    if (!places || !source || !target) return undefined;
    const run = sizeOf(inner);
    for (let i = 0; i < places.length; i++) target.copy(i * run, source, places[i] ?? 0, run);
    return [target.toTensor(shape)];
  },
});
