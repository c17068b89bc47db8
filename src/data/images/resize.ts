import type { Pixels } from './decode.js';

/** How pixels between pixels are made. */
export type Interpolation = 'bilinear' | 'bicubic' | 'nearest';

/** Fractions of a weight are of 22 bits, so that 8 bits of a pixel and two for weights below 0 fit into 32. */
const FRACTION_BITS = 22;
const ONE = 2 ** FRACTION_BITS;

interface Filter {
  /** Beyond this distance it is 0. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

const FILTERS: Readonly<Record<'bilinear' | 'bicubic', Filter>> = {
  bilinear: { support: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  bicubic: { support: 2, weight: keys },
};

/** The cubic convolution of Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -0.5. */
function keys(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/**
 * An image in another size, bit for bit as Pillow 13 resizes images of 8 bits. Where it gets smaller, the filter is widened
 * by as much (antialiased). Rows and columns are resampled one after the other, each rounded to 8 bits.
 */
export function resize(image: Pixels, height: number, width: number, interpolation: Interpolation): Pixels {
  const { channels } = image;
  if (interpolation === 'nearest') return pickNearest(image, height, width);
  const filter = FILTERS[interpolation];
  const alongRows = (data: Uint8Array, rows: number) =>
    resample(data, { outer: rows, inner: channels }, image.width, width, filter);
  const alongColumns = (data: Uint8Array, columns: number) =>
    resample(data, { outer: 1, inner: columns * channels }, image.height, height, filter);
  const data = isColumnsFirst(image, height, width)
    ? alongRows(alongColumns(image.data, image.width), height)
    : alongColumns(alongRows(image.data, image.height), width);
  return { width, height, channels, data };
}

/** Pillow 13 takes columns first where that saves most; up to 12 it took rows first, which rounds otherwise. */
function isColumnsFirst(image: Pixels, height: number, width: number): boolean {
  const fewerRows = image.height - height;
  return fewerRows > 0 && fewerRows > 2 * (image.width - width);
}

/** Resamples the middle axis of [outer, before, inner] to `after`. */
function resample(
  data: Uint8Array,
  { outer, inner }: { readonly outer: number; readonly inner: number },
  before: number,
  after: number,
  filter: Filter,
): Uint8Array {
  if (before === after) return data;
  const { starts, counts, most, weights } = contributions(before, after, filter);
  const result = new Uint8ClampedArray(outer * after * inner);
  for (let i = 0; i < after; i++) {
    const [start = 0, count = 0] = [starts[i], counts[i]];
    for (let line = 0; line < outer; line++) {
      const from = (line * before + start) * inner;
      const to = (line * after + i) * inner;
      for (let k = 0; k < inner; k++) {
        let sum = ONE / 2;
        for (let j = 0; j < count; j++) sum += (data[from + j * inner + k] ?? 0) * (weights[i * most + j] ?? 0);
        result[to + k] = sum >> FRACTION_BITS;
      }
    }
  }
  return new Uint8Array(result.buffer);
}

/** The pixels that make each new one: the first of them, how many, and their weights in units of 2^-22, `most` for each. */
function contributions(before: number, after: number, { support, weight }: Filter) {
  const scale = before / after;
  const widening = Math.max(1, scale);
  const most = 2 * Math.ceil(support * widening) + 1;
  const [starts, counts] = [new Int32Array(after), new Int32Array(after)];
  const weights = new Int32Array(after * most);
  const exact = new Float64Array(most);
  for (let i = 0; i < after; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support * widening + 0.5));
    const count = Math.min(before, Math.trunc(centre + support * widening + 0.5)) - start;
    for (let j = 0; j < count; j++) exact[j] = weight((j + start - centre + 0.5) * (1 / widening));
    const used = exact.subarray(0, count);
    const sum = used.reduce((total, value) => total + value, 0);
    weights.set(
      used.map((value) => (value / sum) * ONE + (value < 0 ? -0.5 : 0.5)),
      i * most,
    );
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, most, weights };
}

/** The pixel under the middle of each new one. Middles are added up one by one, as Pillow does, with its rounding. */
function pickNearest({ data, width, height, channels }: Pixels, newHeight: number, newWidth: number): Pixels {
  const rows = middles(height, newHeight);
  const columns = middles(width, newWidth);
  const result = new Uint8Array(newHeight * newWidth * channels);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel++) result[at++] = data[from + channel] ?? 0;
    }
  }
  return { width: newWidth, height: newHeight, channels, data: result };
}

function middles(before: number, after: number): number[] {
  const scale = before / after;
  let middle = scale * 0.5;
  return Array.from({ length: after }, () => {
    const pixel = Math.min(before - 1, Math.trunc(middle));
    middle += scale;
    return pixel;
  });
}
