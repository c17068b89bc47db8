import { type Shape, sameShape } from '../model/index.js';
import type { ResizeMode } from '../operators/shape/resize-modes.js';

/** One axis of a resize: from `size` elements to `result`, where a step of the result is 1/scale of a source element. */
export interface ResizedAxis {
  readonly size: number;
  readonly result: number;
  readonly scale: number;
  /** Begin and end of the region, for `tf_crop_and_resize`. */
  readonly region?: readonly [number, number] | undefined;
}

/** Whether nothing moves: ONNX Runtime copies where no axis changes its size, whatever the scales say. */
export function isCopy({ coordinateTransformationMode }: ResizeMode, before: Shape, after: Shape): boolean {
  return coordinateTransformationMode !== 'tf_crop_and_resize' && sameShape(before, after);
}

/**
 * Where each element of the result lies among the source's, not yet clipped to it. Rounded where ONNX Runtime rounds: a
 * tie decides which element is the nearest.
 * @returns undefined for a region that is not known or reaches beyond the source
 */
export function sourcePositions(axis: ResizedAxis, mode: ResizeMode): number[] | undefined {
  const { coordinateTransformationMode } = mode;
  if (coordinateTransformationMode === 'tf_crop_and_resize') return regionPositions(axis);
  const position = formula(coordinateTransformationMode, axis);
  return Array.from({ length: axis.result }, (_, index) => Math.fround(position(index)));
}

function regionPositions({ size, result, region }: ResizedAxis): number[] | undefined {
  if (!region) return undefined;
  const [start, end] = region;
  const positions = Array.from({ length: result }, (_, index) => {
    const share = result > 1 ? start + (index * (end - start)) / (result - 1) : (start + end) / 2;
    return Math.fround(share * (size - 1));
  });
  return positions.every((position) => position >= 0 && position <= size - 1) ? positions : undefined;
}

type Coordinates = Exclude<ResizeMode['coordinateTransformationMode'], 'tf_crop_and_resize'>;

function formula(mode: Coordinates, axis: ResizedAxis): (index: number) => number {
  const { size, result } = axis;
  const f = Math.fround;
  const scale = f(axis.scale);
  const centre = (index: number) => f(f(index + 0.5) / scale) - 0.5;
  switch (mode) {
    case 'half_pixel':
      return centre;
    case 'pytorch_half_pixel':
      return result > 1 ? centre : () => 0;
    case 'half_pixel_symmetric': {
      // The result is centred on the source where its size was rounded down.
      const offset = f((size / 2) * f(1 - f(result / f(scale * size))));
      return (index) => offset + (index + 0.5) / scale - 0.5;
    }
    case 'align_corners':
      return (index) => (result > 1 ? f(index * (size - 1)) / (result - 1) : 0);
    case 'asymmetric':
      return (index) => index / scale;
    case 'tf_half_pixel_for_nn':
      return (index) => f(index + 0.5) / scale;
  }
}

/** What is so near to the middle of two elements is a tie: float32 has rounded it off, and ONNX Runtime takes it for one. */
const TIE = 1e-6;

/** The source element of each element of the result, for positions from `sourcePositions`. */
export function nearestIndices({ size, scale }: ResizedAxis, mode: ResizeMode, positions: readonly number[]): number[] {
  const round = rounding(mode.nearestMode, scale);
  return positions.map((position) => clip(round(position), size));
}

function rounding(mode: ResizeMode['nearestMode'], scale: number): (position: number) => number {
  switch (mode) {
    case 'floor':
      return Math.floor;
    case 'ceil':
      return Math.ceil;
    case 'round_prefer_floor':
      return (position) => Math.ceil(position - 0.5 - TIE);
    case 'round_prefer_ceil':
      return (position) => Math.floor(position + 0.5 + TIE);
    case 'mixed':
      return scale < 1 ? Math.ceil : Math.floor;
  }
}

/** How much each source element counts in each element of the result: [result,size], row-major. */
export function interpolationMatrix(axis: ResizedAxis, mode: ResizeMode, positions: readonly number[]): Float32Array {
  const { size, result } = axis;
  const matrix = new Float32Array(result * size);
  positions.forEach((position, row) => {
    for (const [index, weight] of tapsAt(position, axis, mode)) {
      const at = row * size + clip(index, size);
      matrix[at] = (matrix[at] ?? 0) + weight;
    }
  });
  return matrix;
}

type Tap = readonly [index: number, weight: number];

function tapsAt(position: number, axis: ResizedAxis, mode: ResizeMode): Tap[] {
  if (mode.antialias) return smoothTaps(position, axis, mode);
  return mode.mode === 'cubic' ? cubicTaps(mode, position, axis.size) : linearTaps(position, axis.size);
}

/** With antialias the kernel is as wide as a step of the result. */
function smoothTaps(position: number, { size, scale }: ResizedAxis, mode: ResizeMode): Tap[] {
  const step = Math.min(scale, 1);
  const reach = (mode.mode === 'cubic' ? 2 : 1) / step;
  const weightAt = (distance: number) =>
    mode.mode === 'cubic' ? cubicWeight(distance, mode.cubicCoeffA) : Math.max(1 - distance, 0);
  const first = Math.ceil(position - reach);
  const taps = Array.from({ length: Math.floor(position + reach) - first + 1 }, (_, i): Tap => {
    return [first + i, weightAt(Math.abs(first + i - position) * step)];
  });
  return shared(mode.excludeOutside ? within(taps, size) : taps);
}

function linearTaps(position: number, size: number): Tap[] {
  const inside = clip(position, size);
  const first = Math.floor(inside);
  return [
    [first, 1 - (inside - first)],
    [first + 1, inside - first],
  ];
}

/** Outside the source its border repeats, or counts nothing with `exclude_outside`. */
function cubicTaps({ cubicCoeffA, excludeOutside }: ResizeMode, position: number, size: number): Tap[] {
  const first = Math.floor(position);
  const taps = [-1, 0, 1, 2].map((step): Tap => {
    return [first + step, cubicWeight(Math.abs(position - first - step), cubicCoeffA)];
  });
  return excludeOutside ? shared(within(taps, size)) : taps;
}

function within(taps: readonly Tap[], size: number): Tap[] {
  return taps.filter(([index]) => index >= 0 && index < size);
}

/** Weights that add up to 1. */
function shared(taps: readonly Tap[]): Tap[] {
  const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
  return taps.map(([index, weight]) => [index, weight / total]);
}

/** Keys's kernel: Cubic convolution interpolation for digital image processing, 1981. */
function cubicWeight(x: number, a: number): number {
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/** The element within the source that is nearest to a position. */
export function clip(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size - 1);
}
