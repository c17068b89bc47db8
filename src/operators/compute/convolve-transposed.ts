import { isFloat, sizeOf, type Tensor } from '../../model/index.js';
import { type Convolution, placesOfTaps } from './convolve.js';
import { MOST_MULTIPLY_ADDS, MOST_PLACES, rounded } from './matrix-product.js';
import { numbersOf } from './numbers.js';

/**
 * X [N, C, D…] with W [C, M/group, k…] and B [M], spread over the spatial sizes given, sums in float64; undefined for other
 * types, and where it is too large.
 */
export function convolveTransposed(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  convolution: Convolution,
  spread: readonly number[],
): Tensor | undefined {
  if (!isFloat(input.dtype) || weight.dtype !== input.dtype) return undefined;
  const [batch = 1, channels = 1, ...spatial] = input.shape;
  const [, perGroup = 1, ...kernel] = weight.shape;
  const outputs = perGroup * convolution.group;
  const [points, taps, plane] = [sizeOf(spatial), sizeOf(kernel), sizeOf(spread)];
  if (batch * channels * perGroup * points * taps > MOST_MULTIPLY_ADDS || points * taps > MOST_PLACES) return undefined;
  const [x, w, b] = [numbersOf(input), numbersOf(weight), bias && numbersOf(bias)];
  if (!x || !w) return undefined;
  // Where a convolution of the result would read for a point, its transpose writes.
  const places = placesOfTaps(spread, kernel, spatial, convolution);
  const sums = new Float64Array(batch * outputs * plane).map((_, i) => b?.[Math.floor(i / plane) % outputs] ?? 0);
  const channelsPerGroup = channels / convolution.group;
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      for (let m = 0; m < perGroup; m++) {
        const to = (n * outputs + Math.floor(c / channelsPerGroup) * perGroup + m) * plane;
        for (let point = 0; point < points; point++) {
          const value = x[(n * channels + c) * points + point] ?? 0;
          for (let tap = 0; tap < taps; tap++) {
            const place = places[point * taps + tap] ?? -1;
            if (place >= 0)
              sums[to + place] = (sums[to + place] ?? 0) + value * (w[(c * perGroup + m) * taps + tap] ?? 0);
          }
        }
      }
    }
  }
  return rounded(input, [batch, outputs, ...spread], sums);
}
