import { decline } from '../../../lowering/decline.js';
import { nearestIndices, sourcePositions } from '../../../lowering/resampling.js';
import type { Dimension } from '../../../model/index.js';
import type { ResizeParameters } from '../../../operators/index.js';
import type { MilValue } from '../program/program.js';
import { bool, floats, int, ints, text } from './constants.js';
import type { NodeBuilder } from './node-builder.js';
import { binary, cast, sizeVector, unary } from './operations.js';

/** One axis of an image; the scale is undefined where it follows from sizes that are open. */
interface OpenAxis {
  readonly axis: number;
  readonly size: Dimension;
  readonly result: Dimension;
  readonly scale: number | undefined;
}

/**
 * A resize of images whose height or width is open: by whole factors, or to sizes that the graph computes.
 * @returns undefined where all that changes is known
 */
export function openResize(to: NodeBuilder, x: MilValue, parameters: ResizeParameters): MilValue | undefined {
  const { sizes, scales, mode, givenBy } = parameters;
  const axes = x.type.shape.map((size, axis): OpenAxis => {
    return { axis, size, result: sizes?.[axis] ?? to.resultShape()[axis] ?? 1, scale: scales?.[axis] };
  });
  const changed = axes.filter(({ size, result, scale }) => size !== result || (scale ?? 1) !== 1);
  if (changed.every(({ size, result }) => typeof size === 'number' && typeof result === 'number')) return undefined;
  const [, , height, width] = axes;
  if (axes.length !== 4 || !height || !width || changed.some(({ axis }) => axis < 2)) {
    return decline('an axis whose size is open is none of height and width; fix it with --shape');
  }
  const plane = [height, width] as const;
  const isScaled = givenBy === 'scales';
  const halves = isScaled && to.kindOf() === 'float' ? halved(to, x, plane, parameters) : undefined;
  if (halves) return halves;
  if (isScaled && plane.some(({ scale }) => !Number.isInteger(scale))) {
    return decline('an axis whose size is open by a broken factor; fix it with --shape');
  }
  if (mode === 'nearest') return isScaled ? repeated(to, x, plane, parameters) : floored(to, x, plane, parameters);
  if (to.kindOf() !== 'float') return decline('Core ML interpolates floats alone');
  if (mode !== 'linear') return decline(`${mode} interpolation of an axis whose size is open; fix it with --shape`);
  return isScaled ? scaled(to, x, plane, parameters) : interpolated(to, x, plane, parameters);
}

type Plane = readonly [OpenAxis, OpenAxis];

const factors = (plane: Plane) => {
  const [height, width] = plane.map(({ scale = 1 }) => int(scale));
  return { scale_factor_height: height, scale_factor_width: width };
};

/** Whether an axis has more than one element at every size. */
const isLong = (to: NodeBuilder, size: Dimension) => (to.bounds.least(size) ?? 1) > 1;

function scaled(to: NodeBuilder, x: MilValue, plane: Plane, parameters: ResizeParameters): MilValue {
  const mode = parameters.coordinateTransformationMode;
  const isAligned = mode === 'align_corners';
  if (isAligned && !plane.every(({ size }) => isLong(to, size))) return decline('an axis that may be one element long');
  if (mode === 'tf_crop_and_resize') return decline('Core ML resizes whole images, not regions');
  const isCorner = mode === 'asymmetric';
  if (isCorner) to.needs('iOS16', 'resizes that count from the corner');
  const how = { align_corners: bool(isAligned), ...(isCorner ? { half_pixel_centers: bool(false) } : {}) };
  return to.emit('upsample_bilinear', { x, ...factors(plane), ...how }, to.resultShape());
}

/** By a half each place lies in the middle between two, whose mean it is. */
function halved(to: NodeBuilder, x: MilValue, plane: Plane, parameters: ResizeParameters): MilValue | undefined {
  const mode = parameters.coordinateTransformationMode;
  // PyTorch takes the first of them where it is the only result.
  const isCentred = mode === 'half_pixel' || (mode === 'pytorch_half_pixel' && plane.every(isLongOrWhole));
  const isHalf = plane.every(({ scale }) => scale === 1 || scale === 0.5);
  if (!isHalf || !isCentred || parameters.mode !== 'linear' || parameters.antialias) return undefined;
  const steps = ints(plane.map(({ scale }) => (scale === 1 ? 1 : 2)));
  const args = { x, kernel_sizes: steps, strides: steps, pad_type: text('valid') };
  return to.emit('avg_pool', args, to.resultShape());

  function isLongOrWhole({ scale, result }: OpenAxis): boolean {
    return scale === 1 || isLong(to, result);
  }
}

/** To sizes that are computed, which no operation before iOS 17 takes. */
function interpolated(to: NodeBuilder, x: MilValue, plane: Plane, parameters: ResizeParameters): MilValue {
  const shrinks = plane.some(({ size, result }) => {
    return size !== result && !((to.bounds.least(result) ?? 0) >= (to.bounds.most(size) ?? Number.POSITIVE_INFINITY));
  });
  if (parameters.antialias && shrinks)
    return decline('it may make an image smaller, with antialias; fix it with --shape');
  const shape = sizeVector(
    to,
    plane.map(({ result }) => result),
  );
  to.needs('iOS17', 'resizes to sizes that are computed');
  const args = {
    x,
    shape,
    resized_dims: { dtype: 'uint32', shape: [], data: Uint32Array.of(2) } as const,
    interpolation_mode: text('LINEAR'),
    sampling_mode: text(samplingMode(to, plane, parameters)),
  };
  return to.emit('resize', args, to.resultShape());
}

function samplingMode(to: NodeBuilder, plane: Plane, { coordinateTransformationMode }: ResizeParameters): string {
  const isSmall = !plane.every(({ result }) => isLong(to, result));
  switch (coordinateTransformationMode) {
    case 'half_pixel':
    case 'half_pixel_symmetric':
      return 'UNALIGN_CORNERS';
    // Both have a rule of their own for a result of one element.
    case 'pytorch_half_pixel':
      return isSmall ? decline('a result that may be one element long') : 'UNALIGN_CORNERS';
    case 'align_corners':
      return isSmall ? decline('a result that may be one element long') : 'STRICT_ALIGN_CORNERS';
    case 'asymmetric':
      return 'DEFAULT';
    default:
      return decline('Core ML resizes whole images, not regions');
  }
}

/** Whole factors read alike at every size, so that an example shows it. */
function repeated(to: NodeBuilder, x: MilValue, plane: Plane, parameters: ResizeParameters): MilValue {
  const isAlike = !['align_corners', 'tf_crop_and_resize'].includes(parameters.coordinateTransformationMode);
  const repeats = plane.every(({ scale = 1 }) => {
    const example = { size: 4, result: 4 * scale, scale };
    const positions = sourcePositions(example, parameters) ?? [];
    return nearestIndices(example, parameters, positions).every((index, i) => index === Math.floor(i / scale));
  });
  if (!isAlike || !repeats || to.kindOf() !== 'float')
    return decline('an axis whose size is open in this mode; fix it with --shape');
  return to.emit('upsample_nearest_neighbor', { x, ...factors(plane) }, to.resultShape());
}

/** Each axis by indices: `floor(i / scale)`, rounded to float32 where ONNX Runtime rounds. */
function floored(to: NodeBuilder, x: MilValue, plane: Plane, parameters: ResizeParameters): MilValue {
  const { coordinateTransformationMode, nearestMode } = parameters;
  if (coordinateTransformationMode !== 'asymmetric' || nearestMode !== 'floor') {
    return decline('an axis whose size is open in this mode; fix it with --shape');
  }
  return plane.reduce((made: MilValue, { axis, size, result }) => {
    if (size === result) return made;
    const one = floats('fp32', [1], Float32Array.of(1));
    const [all, wanted] = [sizeAlone(to, size), sizeAlone(to, result)];
    const scale = binary(to, 'real_div', cast(to, wanted, 'fp32'), cast(to, all, 'fp32'));
    const end = to.emit('squeeze', { x: wanted }, [], 'int32');
    const steps = to.emit('range_1d', { end, start: int(0), step: int(1) }, [result], 'int32');
    const positions = unary(to, 'floor', binary(to, 'real_div', cast(to, steps, 'fp32'), scale));
    const last = cast(to, binary(to, 'sub', cast(to, all, 'fp32'), one), 'int32');
    const indices = binary(to, 'minimum', cast(to, positions, 'int32'), last);
    const shape = made.type.shape.map((own, i) => (i === axis ? result : own));
    return to.emit('gather', { x: made, indices, axis: int(axis) }, shape);
  }, x);
}

/** A size as a vector of one element. */
function sizeAlone(to: NodeBuilder, size: Dimension): MilValue {
  const vector = sizeVector(to, [size]);
  return 'hint' in vector ? vector : to.value(vector);
}
