import type { ResizeParameters } from '../../../operators/index.js';

/** How one axis is resized: its size before and after, and the factor that positions are computed with. */
export interface ResizedAxis {
  readonly axis: number;
  readonly size: number;
  readonly result: number;
  readonly scale: number;
}

/**
 * Where each element of the result reads, in elements of the operand, not yet clipped to it: ONNX's
 * `coordinate_transformation_mode`, in float32 as engines compute it, since a rounding decides what the nearest element is.
 * @returns undefined for tf_crop_and_resize, which reads from a region
 */
export function positionsOf(
  { coordinateTransformationMode }: ResizeParameters,
  along: ResizedAxis,
): number[] | undefined {
  const { size, result } = along;
  const scale = Math.fround(along.scale);
  const half = (i: number) => Math.fround(Math.fround((i + 0.5) / scale) - 0.5);
  const position = (i: number): number => {
    switch (coordinateTransformationMode) {
      case 'half_pixel':
        return half(i);
      case 'half_pixel_symmetric':
        // The result is centred on the operand where its size was rounded down.
        return Math.fround((size / 2) * (1 - result / (scale * size))) + half(i);
      case 'pytorch_half_pixel':
        return result > 1 ? half(i) : 0;
      case 'align_corners':
        return result > 1 ? Math.fround((i * (size - 1)) / (result - 1)) : 0;
      case 'asymmetric':
        return Math.fround(i / scale);
      case 'tf_half_pixel_for_nn':
        return Math.fround((i + 0.5) / scale);
      default:
        return Number.NaN;
    }
  };
  if (coordinateTransformationMode === 'tf_crop_and_resize') return undefined;
  return Array.from({ length: result }, (_, i) => position(i));
}

/** Indices of the elements that `nearest` takes. */
export function nearestIndices(
  { nearestMode }: ResizeParameters,
  { size, scale }: ResizedAxis,
  positions: readonly number[],
): number[] {
  const mode = nearestMode === 'mixed' ? (scale < 1 ? 'ceil' : 'floor') : nearestMode;
  const rounded = (position: number): number => {
    switch (mode) {
      case 'floor':
        return Math.floor(position);
      case 'ceil':
        return Math.ceil(position);
      case 'round_prefer_floor':
        return Math.ceil(position - 0.5);
      default:
        return Math.floor(position + 0.5);
    }
  };
  return positions.map((position) => clip(rounded(position), size));
}

/** [result, size]: how much of each element of the operand an element of the result is made of. */
export function interpolation(
  parameters: ResizeParameters,
  { size, result }: ResizedAxis,
  positions: readonly number[],
): Float32Array {
  const matrix = new Float32Array(result * size);
  positions.forEach((position, row) => {
    const taps = parameters.mode === 'cubic' ? cubicTaps(parameters, position, size) : linearTaps(position, size);
    for (const [index, weight] of taps) {
      const at = row * size + clip(index, size);
      matrix[at] = (matrix[at] ?? 0) + weight;
    }
  });
  return matrix;
}

type Tap = readonly [index: number, weight: number];

function linearTaps(position: number, size: number): Tap[] {
  const clipped = clip(position, size);
  const low = Math.floor(clipped);
  return [
    [low, 1 - (clipped - low)],
    [low + 1, clipped - low],
  ];
}

/** Keys' kernel with coefficient a; outside the operand its border repeats, or counts nothing. */
function cubicTaps({ cubicCoeffA: a, excludeOutside }: ResizeParameters, position: number, size: number): Tap[] {
  const low = Math.floor(position);
  const weight = (distance: number): number => {
    const d = Math.abs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
  };
  const taps = [-1, 0, 1, 2].map((step): Tap => [low + step, weight(position - low - step)]);
  if (!excludeOutside) return taps;
  const inside = taps.filter(([index]) => index >= 0 && index < size);
  const total = inside.reduce((sum, [, share]) => sum + share, 0);
  return inside.map(([index, share]) => [index, share / total]);
}

/** Positions at which Core ML's own bilinear resize reads, by sampling mode. */
export const SAMPLING_MODES: ReadonlyMap<string, (i: number, along: ResizedAxis) => number> = new Map([
  ['UNALIGN_CORNERS', (i: number, { size, result }: ResizedAxis) => ((i + 0.5) * size) / result - 0.5],
  // Its formula has no value for a single element.
  [
    'STRICT_ALIGN_CORNERS',
    (i: number, { size, result }: ResizedAxis) => (result > 1 ? (i * (size - 1)) / (result - 1) : Number.NaN),
  ],
  ['DEFAULT', (i: number, { size, result }: ResizedAxis) => (i * size) / result],
]);

/** Farther than float32 rounds a position, nearer than any two formulas differ. */
const SAME_POSITION = 1e-4;

/** The sampling mode of Core ML that reads where the standard says, on all axes. */
export function samplingMode(
  axes: readonly ResizedAxis[],
  positions: readonly (readonly number[])[],
): string | undefined {
  for (const [mode, formula] of SAMPLING_MODES) {
    const isSame = axes.every((along, k) =>
      positions[k]?.every(
        (position, i) => Math.abs(clip(formula(i, along), along.size) - clip(position, along.size)) < SAME_POSITION,
      ),
    );
    if (isSame) return mode;
  }
  return undefined;
}

function clip(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size - 1);
}
