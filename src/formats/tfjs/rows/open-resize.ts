import { decline } from '../../../lowering/decline.js';
import { expectFloat } from '../../../lowering/operands.js';
import type { ResizedAxis } from '../../../lowering/resampling.js';
import { bilinearFlags, type Flags, nearestFlags } from '../../../lowering/resize-flags.js';
import type { Dimension } from '../../../model/index.js';
import type { ResizeParameters } from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Attributes, Ref } from '../builder.js';
import type { Site } from '../row.js';

/** The settings of a kernel that resizes planes. */
export function flagAttributes({ alignCorners, halfPixelCenters }: Flags): Attributes {
  return { align_corners: attribute.flag(alignCorners), half_pixel_centers: attribute.flag(halfPixelCenters) };
}

/** One spatial axis; the scale is undefined where it follows from sizes that are not known. */
interface OpenAxis {
  readonly size: Dimension;
  readonly result: Dimension;
  readonly scale: number | undefined;
}

type OpenPlane = readonly [OpenAxis, OpenAxis];

/**
 * A resize of images whose height or width is known only when it runs: by whole factors, by a half, a quarter and so on, or to
 * sizes that the graph has computed.
 * @returns undefined where all that changes is known
 */
export function openResize(site: Site, parameters: ResizeParameters): Ref | undefined {
  const plane = openPlane(site, parameters);
  if (!plane) return undefined;
  const { mode, givenBy } = parameters;
  if (givenBy === 'scales' && !plane.every(isExact)) {
    return decline('an axis of unknown size by a broken factor; fix it with --shape');
  }
  const resized: Resized =
    givenBy === 'scales'
      ? byScales(site, plane, parameters)
      : { x: site.input(0), sizes: site.shapeVector(plane.map(({ result }) => result)) };
  return mode === 'nearest'
    ? nearest(site, plane, resized, parameters)
    : interpolated(site, plane, resized, parameters);
}

/** What is resized, and the height and width that it is resized to. */
interface Resized {
  readonly x: Ref;
  readonly sizes: Ref;
}

function openPlane(site: Site, { sizes, scales }: ResizeParameters): OpenPlane | undefined {
  const shape = site.onnxShape(0);
  const axes = site.order(0).map((axis): OpenAxis => {
    return { size: shape[axis] ?? 1, result: sizes?.[axis] ?? 1, scale: scales?.[axis] };
  });
  const changed = axes.filter(({ size, result, scale }) => size !== result || (scale ?? 1) !== 1);
  const isOpen = changed.some(({ size, result }) => typeof size !== 'number' || typeof result !== 'number');
  if (!sizes || !isOpen) return undefined;
  const [batch, height, width, channels] = axes;
  const isPlane = axes.length === 4 && changed.every((axis) => axis !== batch && axis !== channels);
  return isPlane && height && width ? [height, width] : decline('an axis of unknown size; fix it with --shape');
}

function planeSizes({ build }: Site, x: Ref): Ref {
  return build.stridedSlice(build.shapeOf(x), { begin: [1], end: [3], strides: [1] });
}

/** By a whole factor, or one of a half, a quarter and so on, which a float32 holds exactly. */
function isExact({ scale = 1 }: OpenAxis): boolean {
  return Number.isInteger(scale) || Number.isInteger(Math.log2(scale));
}

/** Where an axis shrinks, what is left over at its end is never read, and goes: the ratio of sizes is the factor then. */
function byScales(site: Site, plane: OpenPlane, { coordinateTransformationMode }: ResizeParameters): Resized {
  const { build } = site;
  const x = site.input(0);
  const over = build.ints(plane.map(({ scale = 1 }) => Math.max(1, 1 / scale)));
  const times = build.ints(plane.map(({ scale = 1 }) => Math.max(1, scale)));
  if (plane.every(({ scale = 1 }) => scale >= 1)) return { x, sizes: build.op('Mul', [planeSizes(site, x), times]) };
  if (coordinateTransformationMode === 'align_corners')
    return decline('an axis of unknown size by a broken factor; fix it with --shape');
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

function interpolated(site: Site, plane: OpenPlane, resized: Resized, parameters: ResizeParameters): Ref {
  expectFloat(site);
  const isScaled = parameters.givenBy === 'scales';
  const [height, width] = plane;
  const flags = bilinearFlags([example(height), example(width)], parameters);
  const mayShrink = parameters.antialias && !isScaled;
  if (!flags || mayShrink) return decline('an axis of unknown size in this mode; fix it with --shape');
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

function nearest(site: Site, plane: OpenPlane, resized: Resized, parameters: ResizeParameters): Ref {
  const { coordinateTransformationMode, nearestMode, givenBy } = parameters;
  const [height, width] = plane;
  const isByStep = coordinateTransformationMode === 'asymmetric' && nearestMode === 'floor';
  if (isByStep && givenBy === 'sizes') return floored(site, resized.sizes);
  const isAlikeAtEverySize = !['align_corners', 'tf_crop_and_resize'].includes(coordinateTransformationMode);
  const isScaled = givenBy === 'scales' && isAlikeAtEverySize && site.kind(0) === 'float32';
  const flags = isScaled && nearestFlags([example(height), example(width)], parameters);
  if (!flags) return decline('an axis of unknown size in this mode; fix it with --shape');
  return site.build.op('ResizeNearestNeighbor', [resized.x, resized.sizes], flagAttributes(flags));
}

/** Each axis by indices: `floor(i / scale)`, rounded to float32 where ONNX Runtime rounds. */
function floored(site: Site, sizes: Ref): Ref {
  const { build } = site;
  const all = planeSizes(site, site.input(0));
  const float = (x: Ref) => build.cast(x, 'int32', 'float32');
  const scales = build.op('RealDiv', [float(sizes), float(all)]);
  const at = (vector: Ref, place: number) =>
    build.squeeze(build.stridedSlice(vector, { begin: [place], end: [place + 1], strides: [1] }), [0]);
  return [0, 1].reduce((x, place) => {
    const steps = build.op('Range', [build.int(0), at(sizes, place), build.int(1)], { Tidx: attribute.type('int32') });
    const positions = build.op('Floor', [build.op('RealDiv', [float(steps), at(scales, place)])]);
    const indices = build.cast(positions, 'float32', 'int32');
    const last = build.op('Sub', [at(all, place), build.int(1)]);
    return build.gather(x, build.op('Minimum', [indices, last]), place + 1);
  }, site.input(0));
}
