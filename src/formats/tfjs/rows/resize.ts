import { decline } from '../../../lowering/decline.js';
import { expectFloat } from '../../../lowering/operands.js';
import { interpolationMatrix, isCopy, type ResizedAxis } from '../../../lowering/resampling.js';
import { isRatio, nearest, planeOf, positionsOf, resizedAxes } from '../../../lowering/resized-axes.js';
import type { ResizeParameters } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
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

interface Flags {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

const CORNER: Flags = { alignCorners: false, halfPixelCenters: false };
const CENTERS: Flags = { alignCorners: false, halfPixelCenters: true };
const CORNERS: Flags = { alignCorners: true, halfPixelCenters: false };

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
