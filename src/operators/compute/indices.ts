import { sizeOf, stridesOf, type Tensor } from '../../model/index.js';
import { Cells } from './cells.js';
import { advance } from './odometer.js';

/** Indices into an axis of `size`, from the front; undefined where one is out of range, which no result can be right for. */
export function indicesOf(indices: Tensor, size: number): number[] | undefined {
  const places: number[] = [];
  for (const index of indices.toFloat64()) {
    const place = index < 0 ? index + size : index;
    if (!(place >= 0 && place < size)) return undefined;
    places.push(place);
  }
  return places;
}

/** The slices of `data` along `axis` that stand at `places`, under the given shape; undefined for types below a byte. */
export function slicesAt(
  data: Tensor,
  axis: number,
  places: Iterable<number>,
  shape: readonly number[],
): Tensor | undefined {
  const [size = 0, run] = [data.shape[axis], sizeOf(data.shape.slice(axis + 1))];
  const [source, target] = [Cells.of(data), Cells.zeros(data.dtype, sizeOf(shape))];
  if (!source || !target) return undefined;
  let at = 0;
  for (let row = 0; row < sizeOf(data.shape.slice(0, axis)); row++) {
    for (const place of places) {
      target.copy(at, source, (row * size + place) * run, run);
      at += run;
    }
  }
  return target.toTensor(shape);
}

/**
 * For every element of `indices`, the element of `data` that it means: at the same place, but along `axis` at the index.
 * undefined where an index is out of range or an axis is longer than the data's.
 */
export function elementPlaces(data: Tensor, indices: Tensor, axis: number): Float64Array | undefined {
  const { shape } = indices;
  if (shape.length !== data.shape.length) return undefined;
  if (shape.some((size, at) => at !== axis && size > (data.shape[at] ?? 0))) return undefined;
  const along = indicesOf(indices, data.shape[axis] ?? 0);
  if (!along) return undefined;
  const strides = stridesOf(data.shape);
  const index = new Array<number>(shape.length).fill(0);
  const places = new Float64Array(along.length);
  for (let i = 0; i < along.length; i++) {
    let place = (along[i] ?? 0) * (strides[axis] ?? 1);
    for (let at = 0; at < index.length; at++) if (at !== axis) place += (index[at] ?? 0) * (strides[at] ?? 1);
    places[i] = place;
    advance(index, shape);
  }
  return places;
}

/**
 * For every index vector, the first element of the slice of `data` that it means. The leading `batchDims` axes are shared.
 * undefined where an index is out of range.
 */
export function slicePlaces(data: Tensor, indices: Tensor, batchDims: number): Float64Array | undefined {
  const length = indices.shape.at(-1);
  if (length === undefined || batchDims + length > data.shape.length) return undefined;
  const strides = stridesOf(data.shape);
  const count = sizeOf(indices.shape.slice(0, -1));
  const batches = sizeOf(data.shape.slice(0, batchDims));
  const perBatch = count / Math.max(batches, 1);
  const batchStride = sizeOf(data.shape.slice(batchDims));
  const values = indices.toFloat64();
  const places = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let place = Math.floor(i / perBatch) * batchStride;
    for (let k = 0; k < length; k++) {
      const size = data.shape[batchDims + k] ?? 0;
      const given = values[i * length + k] ?? 0;
      const index = given < 0 ? given + size : given;
      if (!(index >= 0 && index < size)) return undefined;
      place += index * (strides[batchDims + k] ?? 1);
    }
    places[i] = place;
  }
  return places;
}
