import { expectFloat } from '../../../lowering/operands.js';
import { interpolationMatrix, isCopy, type ResizedAxis } from '../../../lowering/resampling.js';
import { bilinearFlags, type Flags, nearestFlags } from '../../../lowering/resize-flags.js';
import { nearest, planeOf, positionsOf, resizedAxes } from '../../../lowering/resized-axes.js';
import type { ResizeParameters } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';
import { flagAttributes, openResize } from './open-resize.js';

function resizing(operator: typeof operators.resize): Row {
  return row(operator, (site, parameters) => {
    site.kind(0);
    if (isCopy(parameters, site.onnxShape(0), site.resultOnnxShape())) return site.input(0);
    const open = openResize(site, parameters);
    if (open) return open;
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

function resizePlane(site: Site, op: string, plane: readonly ResizedAxis[], flags: Flags): Ref {
  const sizes = plane.map(({ result }) => result);
  return site.build.op(op, [site.input(0), site.build.ints(sizes)], flagAttributes(flags));
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
