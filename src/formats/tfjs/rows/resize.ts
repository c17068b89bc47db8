import { decline } from '../../../lowering/decline.js';
import {
  interpolationMatrix,
  isCopy,
  nearestIndices,
  type ResizedAxis,
  sourcePositions,
} from '../../../lowering/resampling.js';
import type { ResizeParameters } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { expectFloat } from '../operands.js';
import { type Row, row, type Site } from '../row.js';

function resizing(operator: typeof operators.resize): Row {
  return row(operator, (site, parameters) => {
    if (parameters.antialias) return decline('with antialias');
    site.kind(0);
    if (isCopy(parameters, site.onnxShape(0), site.resultOnnxShape())) return site.input(0);
    const axes = resizedAxes(site, parameters);
    const plane = planeOf(axes);
    if (parameters.mode === 'nearest') {
      const flags = plane && site.kind(0) === 'float32' && nearestFlags(plane, parameters);
      if (flags) return resizePlane(site, 'ResizeNearestNeighbor', plane, flags);
      return axes.reduce(
        (x, axis, at) => (axis ? site.build.gather(x, site.build.ints(nearest(axis, parameters)), at) : x),
        site.input(0),
      );
    }
    expectFloat(site);
    const flags = plane && bilinearFlags(plane, parameters);
    if (flags) return resizePlane(site, 'ResizeBilinear', plane, flags);
    return axes.reduce((x, axis, at) => (axis ? interpolate(site, x, at, axis, parameters) : x), site.input(0));
  });
}

/** For each axis in memory what happens to it; undefined: it stays. */
function resizedAxes(site: Site, { sizes, scales, roi }: ResizeParameters): (ResizedAxis | undefined)[] {
  if (!sizes || !scales) return decline('sizes that are computed');
  const shape = site.onnxShape(0);
  return site.order(0).map((axis) => {
    const [size, result] = [shape[axis], sizes[axis]];
    const scale = scales[axis];
    const region = roi && ([roi[axis] ?? 0, roi[axis + shape.length] ?? 1] as const);
    if (size === result && (scale === 1 || scale === undefined) && !region) return undefined;
    if (typeof size !== 'number' || typeof result !== 'number' || scale === undefined) {
      return decline('an axis of unknown size; fix it with --shape');
    }
    return size === result && scale === 1 && region?.join() === '0,1' ? undefined : { size, result, scale, region };
  });
}

function positionsOf(axis: ResizedAxis, mode: ResizeParameters): number[] {
  return sourcePositions(axis, mode) ?? decline('a region that is computed or reaches beyond the image');
}

function nearest(axis: ResizedAxis, mode: ResizeParameters): number[] {
  return nearestIndices(axis, mode, positionsOf(axis, mode));
}

/** The two spatial axes of a channels-last image, if nothing else is resized. */
function planeOf(axes: readonly (ResizedAxis | undefined)[]): ResizedAxis[] | undefined {
  const [batch, height, width, channels] = axes;
  if (axes.length !== 4 || batch || channels || !height || !width) return undefined;
  return [height, width];
}

interface Flags {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

const CORNER: Flags = { alignCorners: false, halfPixelCenters: false };
const CENTERS: Flags = { alignCorners: false, halfPixelCenters: true };
const CORNERS: Flags = { alignCorners: true, halfPixelCenters: false };

/** The kernel goes by the ratio of sizes; where ONNX's scale is another number, so is the result. */
function isRatio({ size, result, scale }: ResizedAxis): boolean {
  return Math.abs(size * scale - result) < 1e-4 * result;
}

/** The settings under which the kernel takes the very elements that ONNX takes, on all backends. */
function nearestFlags(plane: readonly ResizedAxis[], mode: ResizeParameters): Flags | undefined {
  if (!plane.every(isRatio)) return undefined;
  const takes = (indexOf: (index: number, axis: ResizedAxis) => number) =>
    plane.every((axis) =>
      nearest(axis, mode).every((at, index) => at === Math.min(indexOf(index, axis), axis.size - 1)),
    );
  // Positions on a whole number could fall on either side of it in a shader; whole factors are safe.
  const isWhole = plane.every(({ size, result }) => result % size === 0 || size % result === 0);
  if (!isWhole) return undefined;
  if (takes((index, { size, result }) => Math.floor(index * (size / result)))) return CORNER;
  return takes((index, { size, result }) => Math.floor((index + 0.5) * (size / result))) ? CENTERS : undefined;
}

function bilinearFlags(
  plane: readonly ResizedAxis[],
  { mode, coordinateTransformationMode }: ResizeParameters,
): Flags | undefined {
  if (mode !== 'linear' || !plane.every(isRatio) || plane.some(({ result }) => result === 1)) return undefined;
  switch (coordinateTransformationMode) {
    case 'half_pixel':
    case 'pytorch_half_pixel':
      return CENTERS;
    case 'align_corners':
      return CORNERS;
    case 'asymmetric':
      return CORNER;
    default:
      return undefined;
  }
}

function resizePlane(site: Site, op: string, plane: readonly ResizedAxis[], flags: Flags): Ref {
  const sizes = plane.map(({ result }) => result);
  return site.build.op(op, [site.input(0), site.build.ints(sizes)], {
    align_corners: attribute.flag(flags.alignCorners),
    half_pixel_centers: attribute.flag(flags.halfPixelCenters),
  });
}

/** A product with the matrix of weights along one axis, which is moved behind all others and back. */
function interpolate(site: Site, x: Ref, at: number, axis: ResizedAxis, mode: ResizeParameters): Ref {
  const { build } = site;
  // Axes in front have been resized already.
  const sizes = site.resultShape().map((size, other) => (other < at ? size : (site.shape(0)[other] ?? size)));
  const order = [...sizes.keys()].filter((other) => other !== at).concat(at);
  const last = build.transpose(x, order);
  const flat = build.op('Reshape', [last, build.ints([-1, axis.size])]);
  const matrix = build.floats(interpolationMatrix(axis, mode, positionsOf(axis, mode)), [axis.result, axis.size]);
  const turned = order.map((other) => (other === at ? axis.result : (sizes[other] ?? 1)));
  const product = site.reshape(build.matMul(flat, matrix, true), turned);
  return build.transpose(
    product,
    order.map((_, axisNumber) => order.indexOf(axisNumber)),
  );
}

/** Resizing, with which `Upsample` is one since its scales are read alike. */
export const resizeRows: readonly Row[] = [resizing(operators.resize), resizing(operators.upsample)];
