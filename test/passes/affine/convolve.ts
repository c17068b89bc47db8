import type { AffineMap } from '../../../src/passes/affine/affine-map.js';
import { evaluate, type Kernel } from '../../../src/passes/affine/weights.js';

/** A value [C, H, W] of one sample, in float64. */
export interface Image {
  readonly shape: readonly [number, number, number];
  readonly data: Float64Array;
}

/** The definition of convolution, tap by tap over the zero-extended image: the judge of the algebra. */
export function convolve(image: Image, map: AffineMap, weights: Kernel = evaluate(map)): Image {
  const [channels, height, width] = image.shape;
  const [rows, columns] = map.axes;
  if (!rows || !columns || channels !== map.inChannels) throw new RangeError('two spatial axes');
  const excess = (axis: typeof rows) => axis.padBegin + axis.padEnd - (axis.kernel - 1) * axis.dilation;
  const outputs = (axis: typeof rows, size: number) =>
    Math.max(0, Math.floor((size + excess(axis) - 1) / axis.stride) + 1);
  const [outHeight, outWidth] = [outputs(rows, height), outputs(columns, width)];
  const perGroup = map.inChannels / map.groups;
  const data = new Float64Array(map.outChannels * outHeight * outWidth);
  let at = 0;
  for (let m = 0; m < map.outChannels; m++) {
    const first = Math.floor(m / (map.outChannels / map.groups)) * perGroup;
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++, at++) {
        let sum = weights.bias?.[m] ?? 0;
        for (let c = 0; c < perGroup; c++) {
          for (let i = 0; i < rows.kernel; i++) {
            const row = y * rows.stride - rows.padBegin + i * rows.dilation;
            if (row < 0 || row >= height) continue;
            for (let j = 0; j < columns.kernel; j++) {
              const column = x * columns.stride - columns.padBegin + j * columns.dilation;
              if (column < 0 || column >= width) continue;
              const w = weights.kernel[((m * perGroup + c) * rows.kernel + i) * columns.kernel + j] ?? 0;
              sum += w * (image.data[((first + c) * height + row) * width + column] ?? 0);
            }
          }
        }
        data[at] = sum;
      }
    }
  }
  return { shape: [map.outChannels, outHeight, outWidth], data };
}

/** max abs(a - b) / max abs(a); infinite where the shapes differ. */
export function difference(a: Image, b: Image): number {
  if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
  let [most, scale] = [0, 1e-30];
  a.data.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - (b.data[i] ?? Number.NaN)));
    scale = Math.max(scale, Math.abs(value));
  });
  return Number.isNaN(most) ? Number.POSITIVE_INFINITY : most / scale;
}
