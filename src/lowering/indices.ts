import { isStatic, type Shape, sizeOf, stridesOf, type Tensor } from '../model/index.js';
import type { Builder } from './builder.js';
import { decline } from './decline.js';
import type { Kind } from './elements.js';
import type { AnySite } from './site.js';

/** Constant indices along an axis of this size, counted from the front. @throws Declined for one outside */
export function constantIndices(tensor: Tensor, size: number): Int32Array {
  return constantVectors(tensor, [size]);
}

/** Constant index vectors into axes of these sizes, counted from the front. @throws Declined for one outside */
export function constantVectors(tensor: Tensor, sizes: readonly number[]): Int32Array {
  const sizeAt = (i: number) => sizes[i % sizes.length] ?? 0;
  const indices = Int32Array.from(tensor.toFloat64(), (value, i) => (value < 0 ? value + sizeAt(i) : value));
  return indices.some((at, i) => at < 0 || at >= sizeAt(i)) ? decline('an index outside the axis') : indices;
}

/** For each element of a tensor of this shape, where it stands in one with these strides were its coordinate along `axis` 0. */
export function ownPlaces(shape: readonly number[], strides: readonly number[], axis: number): Int32Array {
  const own = stridesOf(shape);
  return Int32Array.from({ length: sizeOf(shape) }, (_, i) =>
    shape.reduce((place, size, other) => {
      const coordinate = Math.floor(i / (own[other] ?? 1)) % size;
      return other === axis ? place : place + coordinate * (strides[other] ?? 0);
    }, 0),
  );
}

/** Sizes of the axes that index vectors of this operand name. */
export function indexedSizes<Ref>(site: AnySite<Ref>, index: number): readonly number[] {
  const sizes = namedSizes(site, index);
  return isStatic(sizes) ? sizes : decline('indices along axes of unknown size; fix them with --shape');
}

/** The same where some may not be known. */
export function namedSizes<Ref>(site: AnySite<Ref>, index: number): Shape {
  const depth = site.onnxShape(index).at(-1);
  if (typeof depth !== 'number' || depth === 0) return decline('index vectors of unknown length');
  return site.shape(0).slice(0, depth);
}

/**
 * Computed indices counted from the front: negative ones have their size added, as kernels read other memory at such, or refuse.
 * @param sizes one size, or one for each element of the last axis
 */
export function countedFromFront<Ref>(build: Builder<Ref, Kind>, indices: Ref, sizes: Ref): Ref {
  const isNegative = build.cast(build.apply('Less', indices, build.int(0)), 'bool', 'int32');
  return build.add(indices, build.mul(isNegative, sizes));
}
