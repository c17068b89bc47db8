import { decline } from '../../../lowering/decline.js';
import {
  constantIndices,
  constantVectors,
  countedFromFront,
  indexedSizes,
  ownPlaces,
} from '../../../lowering/indices.js';
import { sizeOf, stridesOf, type Tensor } from '../../../model/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/** Indices from the front: constants are rewritten, computed ones are tested. */
function fromFront(site: Site, index: number, size: number): Ref {
  const { build } = site;
  const tensor = site.constant(index);
  if (tensor) return build.ints(constantIndices(tensor, size), tensor.shape);
  return countedFromFront(build, site.input(index), build.int(size));
}

/** Index vectors from the front, for an operand of the given sizes. */
function vectorsFromFront(site: Site, index: number, sizes: readonly number[]): Ref {
  const { build } = site;
  const tensor = site.constant(index);
  if (tensor) return build.ints(constantVectors(tensor, sizes), tensor.shape);
  return countedFromFront(build, site.input(index), build.ints(sizes));
}

/** A slice of one, which is cheaper than a gather. */
function oneSlice(site: Site, at: number, first: number): Ref {
  const { build } = site;
  const shape = site.shape(0);
  const begin = shape.map((_, axis) => (axis === at ? first : 0));
  const size = shape.map((_, axis) => (axis === at ? 1 : -1));
  const slice = shape[at] === 1 ? site.input(0) : build.slice(site.input(0), begin, size);
  return site.reshape(slice, shape.toSpliced(at, 1));
}

function gatherOfUnknown(site: Site, at: number, constant: Tensor | undefined): Ref {
  const indices = constant?.toFloat64();
  if (!constant || !indices || indices.some((index) => index < 0)) {
    return decline('indices that may count from the end of an axis of unknown size');
  }
  return site.build.gather(site.input(0), site.build.ints(Int32Array.from(indices), constant.shape), at);
}

/**
 * Where in the whole operand each element lies that the indices of input 1 name along `axis`; every other coordinate is the
 * index's own. @param isList whether they stand one below another, as vectors of one index
 */
function elementPlaces(site: Site, axis: number, isList: boolean): Ref {
  const { build } = site;
  const [data, shape] = [site.staticShape(0), site.staticShape(1)];
  const made = isList ? [sizeOf(shape), 1] : shape;
  const strides = stridesOf(data);
  const [size = 1, stride = 1] = [data[axis], strides[axis]];
  const own = ownPlaces(shape, strides, axis);
  const tensor = site.constant(1);
  if (tensor) {
    const indices = constantIndices(tensor, size);
    const places = own.map((place, i) => place + (indices[i] ?? 0) * stride);
    return build.ints(places, made);
  }
  const indices = site.reshape(fromFront(site, 1, size), made);
  return build.add(build.ints(own, made), build.mul(indices, build.int(stride)));
}

interface Scatter {
  readonly whole: Ref;
  /** Vectors of indices into the first axes of `whole`. */
  readonly places: Ref;
  readonly updates: Ref;
  readonly reduction: string;
}

/** The kernel adds up what it puts among zeros: where anything came, that is chosen over what was there. */
function scattered(site: Site, { whole, places, updates, reduction }: Scatter): Ref {
  const { build } = site;
  if (site.kind(0) === 'bool') return decline('of bool');
  if (reduction !== 'none' && reduction !== 'add') return decline(`with reduction ${reduction}`);
  const shape = build.ints(whole.shape);
  const put = build.op('SCATTER_ND', [places, updates, shape]);
  if (reduction === 'add') return build.add(whole, put);
  expectDistinct(places);
  const ones = build.op('FILL', [build.ints(updates.shape), build.int(1)]);
  const isHit = build.op('GREATER', [build.op('SCATTER_ND', [places, ones, shape]), build.int(0)]);
  return build.op('SELECT_V2', [isHit, put, whole]);
}

/** Of equal places the last would have to count, and the kernel would add all. Those that are computed ONNX wants distinct. */
function expectDistinct({ constant, shape }: Ref): void {
  if (!constant) return;
  const depth = shape.at(-1) ?? 1;
  const values = constant.elements();
  const vectors = Array.from({ length: values.length / depth }, (_, i) =>
    values.slice(i * depth, (i + 1) * depth).join(),
  );
  if (new Set(vectors).size < vectors.length) decline('indices that name a place twice');
}

function scatterElements(operator: typeof operators.scatterElements): Row {
  return row(operator, (site, { axis, reduction }) => {
    const places = elementPlaces(site, axis, true);
    const list = (index: number) => site.reshape(site.input(index), [sizeOf(site.staticShape(index))]);
    const [whole, updates] = [list(0), list(2)];
    return site.reshape(scattered(site, { whole, places, updates, reduction }), site.staticShape(0));
  });
}

/** What reads or writes at indices; those from the end are counted from the front first. */
export const gatheringRows: readonly Row[] = [
  row(operators.gather, (site, { axis }) => {
    const at = site.axis(axis);
    site.kind(0);
    const size = site.shape(0)[at];
    const constant = site.constant(1);
    if (typeof size !== 'number') return gatherOfUnknown(site, at, constant);
    if (constant?.size === 1 && constant.shape.length === 0) {
      const [first = 0] = constantIndices(constant, size);
      return oneSlice(site, at, first);
    }
    return site.build.gather(site.input(0), fromFront(site, 1, size), at);
  }),

  row(operators.gatherElements, (site, { axis }) => {
    site.kind(0);
    const places = elementPlaces(site, axis, false);
    return site.build.gather(site.reshape(site.input(0), [sizeOf(site.staticShape(0))]), places, 0);
  }),

  row(operators.gatherNd, (site, { batchDims }) => {
    if (batchDims > 0) return decline('with batch_dims');
    site.kind(0);
    return site.build.op('GATHER_ND', [site.input(0), vectorsFromFront(site, 1, indexedSizes(site, 1))]);
  }),

  row(operators.scatterNd, (site, { reduction }) => {
    if (sizeOf(site.staticShape(0)) === 0) return decline('into nothing');
    site.staticShape(2);
    const places = vectorsFromFront(site, 1, indexedSizes(site, 1));
    return scattered(site, { whole: site.input(0), places, updates: site.input(2), reduction });
  }),
  scatterElements(operators.scatterElements),
  scatterElements(operators.scatter),
];
