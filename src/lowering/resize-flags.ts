import type { ResizeParameters } from '../operators/index.js';
import type { ResizedAxis } from './resampling.js';
import { isRatio, nearest } from './resized-axes.js';

/** The two settings of TensorFlow's kernels that resize planes. Never both: some kernels refuse, others compute something. */
export interface Flags {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

const CORNER: Flags = { alignCorners: false, halfPixelCenters: false };
const CENTERS: Flags = { alignCorners: false, halfPixelCenters: true };
const CORNERS: Flags = { alignCorners: true, halfPixelCenters: false };

/** The settings under which the kernel takes the very elements that ONNX takes, on all backends. */
export function nearestFlags(plane: readonly ResizedAxis[], mode: ResizeParameters): Flags | undefined {
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

/** The same for what is interpolated between four neighbours; antialias takes more of them where an axis shrinks. */
export function bilinearFlags(
  plane: readonly ResizedAxis[],
  { mode, coordinateTransformationMode, antialias }: ResizeParameters,
): Flags | undefined {
  if (antialias && plane.some(({ scale }) => scale < 1)) return undefined;
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
