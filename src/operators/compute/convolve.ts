import { isFloat, sizeOf, stridesOf, type Tensor } from '../../model/index.js';
import { MOST_MULTIPLY_ADDS, MOST_PLACES, rounded } from './matrix-product.js';
import { numbersOf } from './numbers.js';

/** What a convolution of constants needs; lists have one entry per spatial axis, `pads` holds begins and then ends. */
export interface Convolution {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly group: number;
}

/** X [N, C, D…] with W [M, C/group, k…] and B [M], sums in float64; undefined for other types, and where it is too large. */
export function convolve(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  convolution: Convolution,
): Tensor | undefined {
  if (!isFloat(input.dtype) || weight.dtype !== input.dtype) return undefined;
  const [batch = 1, channels = 1, ...spatial] = input.shape;
  const [outputs = 1, perGroup = 1, ...kernel] = weight.shape;
  const slid = spatial.map((size, i) => outputSize(size, kernel[i] ?? 1, convolution, i, spatial.length));
  const [points, taps] = [sizeOf(slid), sizeOf(kernel)];
  if (slid.some((size) => size < 0) || batch * outputs * perGroup * points * taps > MOST_MULTIPLY_ADDS)
    return undefined;
  if (points * taps > MOST_PLACES) return undefined;
  const [x, w, b] = [numbersOf(input), numbersOf(weight), bias && numbersOf(bias)];
  if (!x || !w) return undefined;
  const places = placesOfTaps(spatial, kernel, slid, convolution);
  const plane = sizeOf(spatial);
  const outputsPerGroup = outputs / convolution.group;
  const sums = new Float64Array(batch * outputs * points);
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < outputs; m++) {
      const firstChannel = Math.floor(m / outputsPerGroup) * perGroup;
      const row = (n * outputs + m) * points;
      for (let point = 0; point < points; point++) {
        let sum = b?.[m] ?? 0;
        for (let c = 0; c < perGroup; c++) {
          const from = (n * channels + firstChannel + c) * plane;
          const factors = (m * perGroup + c) * taps;
          for (let tap = 0; tap < taps; tap++) {
            const place = places[point * taps + tap] ?? -1;
            if (place >= 0) sum += (w[factors + tap] ?? 0) * (x[from + place] ?? 0);
          }
        }
        sums[row + point] = sum;
      }
    }
  }
  return rounded(input, [batch, outputs, ...slid], sums);
}

function outputSize(size: number, kernel: number, { pads, strides, dilations }: Convolution, i: number, axes: number) {
  const padded = size + (pads[i] ?? 0) + (pads[i + axes] ?? 0);
  return Math.floor((padded - (dilations[i] ?? 1) * (kernel - 1) - 1) / (strides[i] ?? 1)) + 1;
}

/** For each point of the result and each tap of the kernel the place in a plane of the input, or -1 in the padding. */
export function placesOfTaps(
  spatial: readonly number[],
  kernel: readonly number[],
  slid: readonly number[],
  { pads, strides, dilations }: Convolution,
): Int32Array {
  const steps = stridesOf(spatial);
  const [points, taps] = [sizeOf(slid), sizeOf(kernel)];
  const [pointSteps, tapSteps] = [stridesOf(slid), stridesOf(kernel)];
  const places = new Int32Array(points * taps);
  for (const [axis, size] of spatial.entries()) {
    const [pointStep, tapStep] = [pointSteps[axis] ?? 1, tapSteps[axis] ?? 1];
    for (let point = 0; point < points; point++) {
      const start = (Math.floor(point / pointStep) % (slid[axis] ?? 1)) * (strides[axis] ?? 1) - (pads[axis] ?? 0);
      for (let tap = 0; tap < taps; tap++) {
        const at = start + (Math.floor(tap / tapStep) % (kernel[axis] ?? 1)) * (dilations[axis] ?? 1);
        const place = places[point * taps + tap] ?? -1;
        places[point * taps + tap] = place < 0 || at < 0 || at >= size ? -1 : place + at * (steps[axis] ?? 1);
      }
    }
  }
  return places;
}
