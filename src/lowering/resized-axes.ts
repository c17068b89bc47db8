import type { ResizeParameters } from '../operators/index.js';
import { decline } from './decline.js';
import { nearestIndices, type ResizedAxis, sourcePositions } from './resampling.js';
import type { AnySite } from './site.js';

/** For each axis in memory what happens to it; undefined: it stays. */
export function resizedAxes<Ref>(
  site: AnySite<Ref>,
  { sizes, scales, roi }: ResizeParameters,
): (ResizedAxis | undefined)[] {
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

/** Where each element of the result lies among the source's. @throws Declined where that cannot be known */
export function positionsOf(axis: ResizedAxis, mode: ResizeParameters): number[] {
  return sourcePositions(axis, mode) ?? decline('a region that is computed or reaches beyond the image');
}

/** The source element that each element of the result is. */
export function nearest(axis: ResizedAxis, mode: ResizeParameters): number[] {
  return nearestIndices(axis, mode, positionsOf(axis, mode));
}

/** The two spatial axes of a channels-last image, if nothing else is resized. */
export function planeOf(axes: readonly (ResizedAxis | undefined)[]): ResizedAxis[] | undefined {
  const [batch, height, width, channels] = axes;
  if (axes.length !== 4 || batch || channels || !height || !width) return undefined;
  return [height, width];
}

/** The kernel goes by the ratio of sizes; where ONNX's scale is another number, so is the result. */
export function isRatio({ size, result, scale }: ResizedAxis): boolean {
  return Math.abs(size * scale - result) < 1e-4 * result;
}
