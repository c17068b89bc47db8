import { expectFloat } from '../../../lowering/operands.js';
import type { ResizedAxis } from '../../../lowering/resampling.js';
import { bilinearFlags, type Flags, nearestFlags } from '../../../lowering/resize-flags.js';
import type { ResizeParameters } from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Attributes, Ref } from '../builder.js';
import type { Site } from '../row.js';
import { type OpenAxis, resampled } from './open-resampling.js';

/** The settings of a kernel that resizes planes. */
export function flagAttributes({ alignCorners, halfPixelCenters }: Flags): Attributes {
  return { align_corners: attribute.flag(alignCorners), half_pixel_centers: attribute.flag(halfPixelCenters) };
}

type OpenPlane = readonly [OpenAxis, OpenAxis];

/**
 * A resize of images whose height or width, or any other size, is known only when it runs: where a kernel reads alike at every
 * size, by that, else element by element.
 * @returns undefined where all that changes is known
 */
export function openResize(site: Site, parameters: ResizeParameters): Ref | undefined {
  const axes = openAxes(site, parameters);
  if (!axes) return undefined;
  return planeResize(site, axes, parameters) ?? resampled(site, axes, parameters);
}

function planeResize(site: Site, axes: readonly (OpenAxis | undefined)[], parameters: ResizeParameters) {
  const [batch, height, width, channels] = axes;
  if (axes.length !== 4 || batch || channels || !(height || width)) return undefined;
  const whole = (place: number): OpenAxis => {
    const size = site.shape(0)[place] ?? 1;
    return { size, result: size, scale: 1 };
  };
  const plane: OpenPlane = [height ?? whole(1), width ?? whole(2)];
  const { mode, givenBy } = parameters;
  if (givenBy === 'scales' && !plane.every(isExact)) return undefined;
  const resized =
    givenBy === 'scales'
      ? byScales(site, plane, parameters)
      : { x: site.input(0), sizes: site.shapeVector(plane.map(({ result }) => result)) };
  if (!resized) return undefined;
  return mode === 'nearest'
    ? nearest(site, plane, resized, parameters)
    : interpolated(site, plane, resized, parameters);
}

/** What is resized, and the height and width that it is resized to. */
interface Resized {
  readonly x: Ref;
  readonly sizes: Ref;
}

/** What happens to each axis in memory; undefined where all that changes is known. */
function openAxes(site: Site, { sizes, scales }: ResizeParameters): (OpenAxis | undefined)[] | undefined {
  if (!sizes) return undefined;
  const shape = site.onnxShape(0);
  const axes = site.order(0).map((axis): OpenAxis | undefined => {
    const [size, result, scale] = [shape[axis] ?? 1, sizes[axis] ?? 1, scales?.[axis]];
    return size === result && (scale ?? 1) === 1 ? undefined : { size, result, scale };
  });
  const isOpen = axes.some((axis) => axis && (typeof axis.size !== 'number' || typeof axis.result !== 'number'));
  return isOpen ? axes : undefined;
}

function planeSizes({ build }: Site, x: Ref): Ref {
  return build.stridedSlice(build.shapeOf(x), { begin: [1], end: [3], strides: [1] });
}

/** By a whole factor, or one of a half, a quarter and so on, which a float32 holds exactly. */
function isExact({ scale = 1 }: OpenAxis): boolean {
  return Number.isInteger(scale) || Number.isInteger(Math.log2(scale));
}

/** Where an axis shrinks, what is left over at its end is never read, and goes: the ratio of sizes is the factor then. */
function byScales(
  site: Site,
  plane: OpenPlane,
  { coordinateTransformationMode }: ResizeParameters,
): Resized | undefined {
  const { build } = site;
  const x = site.input(0);
  const over = build.ints(plane.map(({ scale = 1 }) => Math.max(1, 1 / scale)));
  const times = build.ints(plane.map(({ scale = 1 }) => Math.max(1, scale)));
  if (plane.every(({ scale = 1 }) => scale >= 1)) return { x, sizes: build.op('Mul', [planeSizes(site, x), times]) };
  if (coordinateTransformationMode === 'align_corners') return undefined;
  const whole = build.op('FloorDiv', [planeSizes(site, x), over]);
  const size = build.concat([build.ints([-1]), build.op('Mul', [whole, over]), build.ints([-1])], 0);
  const read = build.op('Slice', [x, build.ints([0, 0, 0, 0]), size]);
  return { x: read, sizes: build.op('Mul', [whole, times]) };
}

/** Where factors are exact, or the sizes' own ratio, the kernel reads alike at every size. */
function example({ scale = 2 }: OpenAxis): ResizedAxis {
  const size = 4 * Math.max(1, 1 / scale);
  return { size, result: size * scale, scale };
}

function interpolated(site: Site, plane: OpenPlane, resized: Resized, parameters: ResizeParameters): Ref | undefined {
  expectFloat(site);
  const isScaled = parameters.givenBy === 'scales';
  const [height, width] = plane;
  const flags = bilinearFlags([example(height), example(width)], parameters);
  const mayShrink = parameters.antialias && !isScaled;
  if (!flags || mayShrink) return undefined;
  const mayBeAlone = !isScaled || plane.some(({ scale = 1 }) => scale < 1);
  const isOtherAlone = parameters.coordinateTransformationMode === 'pytorch_half_pixel' && mayBeAlone;
  const x = isOtherAlone ? firstOnly(site, resized) : resized.x;
  return site.build.op('ResizeBilinear', [x, resized.sizes], flagAttributes(flags));
}

/** PyTorch takes the first element, not the middle, where the result is one alone: nothing else is left for it to see. */
function firstOnly(site: Site, { x, sizes }: Resized): Ref {
  const { build } = site;
  const all = planeSizes(site, x);
  const isAlone = build.cast(build.op('Equal', [sizes, build.ints([1, 1])]), 'bool', 'int32');
  const rest = build.op('Sub', [all, build.ints([1, 1])]);
  const seen = build.op('Sub', [all, build.op('Mul', [isAlone, rest])]);
  const size = build.concat([build.ints([-1]), seen, build.ints([-1])], 0);
  return build.op('Slice', [x, build.ints([0, 0, 0, 0]), size]);
}

function nearest(site: Site, plane: OpenPlane, resized: Resized, parameters: ResizeParameters): Ref | undefined {
  const { coordinateTransformationMode, givenBy } = parameters;
  const [height, width] = plane;
  const isAlikeAtEverySize = !['align_corners', 'tf_crop_and_resize'].includes(coordinateTransformationMode);
  const isScaled = givenBy === 'scales' && isAlikeAtEverySize && site.kind(0) === 'float32';
  const flags = isScaled && nearestFlags([example(height), example(width)], parameters);
  if (!flags) return undefined;
  return site.build.op('ResizeNearestNeighbor', [resized.x, resized.sizes], flagAttributes(flags));
}
