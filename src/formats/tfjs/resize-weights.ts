import type { ResizeMode } from '../../operators/shape/resize-modes.js';
import { decline } from './decline.js';

/** One axis of a resize: from `size` elements to `result`, where a step of the result is 1/scale of a source element. */
export interface ResizedAxis {
  readonly size: number;
  readonly result: number;
  readonly scale: number;
  /** Begin and end of the region, for `tf_crop_and_resize`. */
  readonly region: readonly [number, number] | undefined;
}

/** Where element `index` of the result lies among the source's. float32 as in the engines: ties fall the same way. */
export function sourcePosition(index: number, axis: ResizedAxis, mode: ResizeMode): number {
  const { size, result, scale, region } = axis;
  const f = Math.fround;
  switch (mode.coordinateTransformationMode) {
    case 'half_pixel':
      return f(f(f(index + 0.5) / f(scale)) - 0.5);
    case 'pytorch_half_pixel':
      return result > 1 ? f(f(f(index + 0.5) / f(scale)) - 0.5) : 0;
    case 'half_pixel_symmetric': {
      const adjustment = result / (scale * size);
      return f((size / 2) * (1 - adjustment) + (index + 0.5) / scale - 0.5);
    }
    case 'align_corners':
      return result > 1 ? f(f(index * (size - 1)) / (result - 1)) : 0;
    case 'asymmetric':
      return f(index / f(scale));
    case 'tf_half_pixel_for_nn':
      return f(f(index + 0.5) / f(scale));
    case 'tf_crop_and_resize': {
      const [start, end] = region ?? decline('a region that is computed');
      const position =
        result > 1
          ? start * (size - 1) + (index * (end - start) * (size - 1)) / (result - 1)
          : 0.5 * (start + end) * (size - 1);
      return position < 0 || position > size - 1 ? decline('a region beyond the image') : f(position);
    }
  }
}

/** The source element of each element of the result. */
export function nearestIndices(axis: ResizedAxis, mode: ResizeMode): number[] {
  return Array.from({ length: axis.result }, (_, index) => {
    const at = roundedBy(mode.nearestMode, sourcePosition(index, axis, mode), axis.scale);
    return Math.min(Math.max(at, 0), axis.size - 1);
  });
}

function roundedBy(mode: ResizeMode['nearestMode'], position: number, scale: number): number {
  switch (mode) {
    case 'floor':
      return Math.floor(position);
    case 'ceil':
      return Math.ceil(position);
    case 'round_prefer_floor':
      return Math.ceil(position - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(position + 0.5);
    case 'mixed':
      return scale < 1 ? Math.ceil(position) : Math.floor(position);
  }
}

/** How much each source element counts in each element of the result: [size,result], row-major. */
export function interpolationMatrix(axis: ResizedAxis, mode: ResizeMode): Float32Array {
  const { size, result } = axis;
  const matrix = new Float32Array(size * result);
  for (let index = 0; index < result; index++) {
    const position = sourcePosition(index, axis, mode);
    for (const [tap, weight] of tapsAt(position, size, mode)) {
      const at = Math.min(Math.max(tap, 0), size - 1) * result + index;
      matrix[at] = (matrix[at] ?? 0) + weight;
    }
  }
  return matrix;
}

function tapsAt(position: number, size: number, mode: ResizeMode): (readonly [number, number])[] {
  const inside = mode.mode === 'linear' ? Math.min(Math.max(position, 0), size - 1) : position;
  const first = Math.floor(inside);
  const rest = inside - first;
  if (mode.mode === 'linear') {
    return [
      [first, 1 - rest],
      [first + 1, rest],
    ];
  }
  const taps = [-1, 0, 1, 2].map(
    (step) => [first + step, cubicWeight(Math.abs(rest - step), mode.cubicCoeffA)] as const,
  );
  if (!mode.excludeOutside) return taps;
  const within = taps.filter(([tap]) => tap >= 0 && tap < size);
  const total = within.reduce((sum, [, weight]) => sum + weight, 0);
  return within.map(([tap, weight]) => [tap, weight / total]);
}

/** Keys's kernel: Cubic convolution interpolation for digital image processing, 1981. */
function cubicWeight(x: number, a: number): number {
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
