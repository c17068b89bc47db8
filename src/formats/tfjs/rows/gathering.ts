import { decline } from '../../../lowering/decline.js';
import {
  constantIndices,
  constantVectors,
  countedFromFront,
  indexedSizes,
  namedSizes,
  ownPlaces,
} from '../../../lowering/indices.js';
import { isStatic, sizeOf, stridesOf, type Tensor } from '../../../model/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/**
 * Indices along an axis of the given size, or index vectors along axes of these sizes, from the front: constants are
 * rewritten, computed ones are tested, since a negative one reads other memory.
 */
function fromFront(site: Site, index: number, size: number | readonly number[]): Ref {
  const { build } = site;
  const tensor = site.constant(index);
  if (tensor) return build.ints(constantVectors(tensor, [size].flat()), tensor.shape);
  return countedFromFront(site.build, site.input(index), typeof size === 'number' ? build.int(size) : build.ints(size));
}

/** Index vectors, counted from the front along axes of any size. */
function vectorsFromFront(site: Site, index: number): Ref {
  const sizes = namedSizes(site, index);
  if (isStatic(sizes)) return fromFront(site, index, sizes);
  const tensor = site.constant(index);
  const given = tensor ? site.build.ints(tensor.toIntegers(), tensor.shape) : site.input(index);
  return countedFromFront(site.build, given, site.shapeVector(sizes));
}

/** A kernel that moves elements of floats and integers, lent to bools as integers. */
export function moving(site: Site, move: (x: Ref) => Ref): Ref {
  const kind = site.kind(0);
  const { build } = site;
  if (kind !== 'bool') return move(site.input(0));
  return build.cast(move(build.cast(site.input(0), 'bool', 'int32')), 'int32', 'bool');
}

/** A slice of one, which is cheaper than a gather. */
function oneSlice(site: Site, at: number, first: number): Ref {
  const { build } = site;
  const shape = site.shape(0);
  if (shape[at] === 1) return build.squeeze(site.input(0), [at]);
  const rank = shape.length;
  const begin = Array.from({ length: rank }, (_, axis) => (axis === at ? first : 0));
  const size = Array.from({ length: rank }, (_, axis) => (axis === at ? 1 : -1));
  return build.squeeze(build.slice(site.input(0), begin, size), [at]);
}

/** Along an axis whose size is not known: that is measured where an index counts from its end. */
function gatherOfUnknown(site: Site, at: number, constant: Tensor | undefined): Ref {
  const { build } = site;
  const indices = constant && Array.from(constant.toFloat64());
  const [only = 0] = indices ?? [];
  if (constant && constant.shape.length === 0) return moving(site, (x) => oneOfUnknown(site, x, at, only));
  const given = constant ? build.ints(indices ?? [], constant.shape) : site.input(1);
  if (indices?.every((index) => index >= 0)) return moving(site, (x) => build.gather(x, given, at));
  const size = build.squeeze(site.shapeVector(site.shape(0).slice(at, at + 1)), [0]);
  return moving(site, (x) => build.gather(x, countedFromFront(site.build, given, size), at));
}

function oneOfUnknown(site: Site, x: Ref, at: number, index: number): Ref {
  const { build } = site;
  const along = (own: number, other: number) => site.order(0).map((_, axis) => (axis === at ? own : other));
  const others = (2 ** site.order(0).length - 1) ^ (1 << at);
  const endMask = index === -1 ? others | (1 << at) : others;
  return build.squeeze(
    build.stridedSlice(x, { begin: along(index, 0), end: along(index + 1, 0), strides: along(1, 1), endMask }),
    [at],
  );
}

/**
 * Where in the whole operand each element lies that the indices of input 1 name along `axis`; every other coordinate is the
 * index's own. One number an element: webgl takes no index vectors of more than 4.
 */
function elementPlaces(site: Site, axis: number): Ref {
  const { build } = site;
  const [data, shape] = [site.staticShape(0), site.staticShape(1)];
  const strides = stridesOf(data);
  const [size = 1, stride = 1] = [data[axis], strides[axis]];
  const own = ownPlaces(shape, strides, axis);
  const tensor = site.constant(1);
  if (tensor) {
    const indices = constantIndices(tensor, size);
    return build.ints(
      own.map((place, i) => place + (indices[i] ?? 0) * stride),
      shape,
    );
  }
  return build.op('AddV2', [build.ints(own, shape), build.op('Mul', [fromFront(site, 1, size), build.int(stride)])]);
}

const MOST_INDEXED_AXES = 4;

function scatterElements(operator: typeof operators.scatterElements): Row {
  return row(operator, (site, { axis, reduction }) => {
    const { build } = site;
    if (reduction !== 'none') return decline(`with reduction ${reduction}`);
    if (site.kind(0) === 'bool') return decline('of bool');
    const places = site.reshape(elementPlaces(site, axis), [-1, 1]);
    const [whole, updates] = [0, 2].map((index) => site.reshape(site.input(index), [-1]));
    const scattered = build.op('TensorScatterUpdate', [whole ?? '', places, updates ?? '']);
    return site.reshape(scattered, site.staticShape(0));
  });
}

/** What reads or writes at indices; those from the end are counted from the front first. */
export const gatheringRows: readonly Row[] = [
  row(operators.gather, (site, { axis }) => {
    const at = site.axis(axis);
    const shape = site.shape(0);
    const size = shape[at];
    const constant = site.constant(1);
    if (typeof size !== 'number') return gatherOfUnknown(site, at, constant);
    if (constant?.size === 1 && constant.shape.length === 0) {
      const [first = 0] = constantIndices(constant, size);
      return oneSlice(site, at, first);
    }
    return moving(site, (x) => site.build.gather(x, fromFront(site, 1, size), at));
  }),

  row(operators.gatherElements, (site, { axis }) => {
    const at = elementPlaces(site, axis);
    return moving(site, (x) => site.build.gather(site.reshape(x, [-1]), at, 0));
  }),

  row(operators.gatherNd, (site, { batchDims }) => {
    if (batchDims > 0) return decline('with batch_dims');
    const places = vectorsFromFront(site, 1);
    return moving(site, (x) => site.build.op('GatherNd', [x, places]));
  }),

  row(operators.scatterNd, (site, { reduction }) => {
    const { build } = site;
    if (reduction !== 'none') return decline(`with reduction ${reduction}`);
    if (site.kind(0) === 'bool') return decline('of bool');
    if (namedSizes(site, 1).length <= MOST_INDEXED_AXES) {
      return build.op('TensorScatterUpdate', [site.input(0), vectorsFromFront(site, 1), site.input(2)]);
    }
    // webgl takes no longer vectors: the axes that they name lie as one.
    const sizes = indexedSizes(site, 1);
    const vectors = fromFront(site, 1, sizes);
    const rest = site.shape(0).slice(sizes.length);
    const products = build.op('Mul', [vectors, build.ints(stridesOf(sizes))]);
    const places = build.reduce('Sum', products, [site.onnxShape(1).length - 1], true);
    const whole = site.reshape(site.input(0), [sizeOf(sizes), ...rest]);
    return site.reshape(build.op('TensorScatterUpdate', [whole, places, site.input(2)]), site.resultShape());
  }),
  scatterElements(operators.scatterElements),
  scatterElements(operators.scatter),
];
