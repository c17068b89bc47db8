import { bytesOf, sizeOf, Tensor } from '../model/index.js';

/** The largest depthwise kernel that XNNPACK has a fast path for, which both TensorFlow.js's wasm and LiteRT compute with. */
const LARGEST_FAST = 5;

/** A part of a depthwise kernel, with the padding that leaves its results where the whole kernel's are. */
export interface Tile {
  readonly tensor: Tensor;
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
}

/** One axis of a part: it starts at `start` and holds the taps from `first` to before `last`. */
interface Span {
  readonly start: number;
  readonly size: number;
  readonly first: number;
  readonly last: number;
  readonly pads: readonly [number, number];
}

/**
 * A depthwise kernel [C*M,1,kh,kw] larger than 5x5 as a sum of kernels that are not: a 7x7 as four 5x5, whose taps add up
 * to it. Measured in wasm, one thread: 64x64x48 8.1 against 14.0 ms, 32x32x96 3.7 against 6.4, 8x8x384 0.9 against 1.6.
 * undefined where it is small, or where a part would have to be padded by less than nothing, which webgl gets wrong.
 */
export function tilesOf(tensor: Tensor, pads: readonly number[]): Tile[] | undefined {
  const [, , height = 1, width = 1] = tensor.shape;
  if (height <= LARGEST_FAST && width <= LARGEST_FAST) return undefined;
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const rows = spansOf(height, top, bottom);
  const columns = spansOf(width, left, right);
  if ([...rows, ...columns].some(({ pads }) => Math.min(...pads) < 0)) return undefined;
  return rows.flatMap((row) =>
    columns.map((column) => ({
      tensor: partOf(tensor, row, column),
      pads: [row.pads[0], column.pads[0], row.pads[1], column.pads[1]],
    })),
  );
}

function spansOf(size: number, before: number, behind: number): Span[] {
  const extent = Math.min(size, LARGEST_FAST);
  return Array.from({ length: Math.ceil(size / LARGEST_FAST) }, (_, index) => {
    const first = index * LARGEST_FAST;
    const start = Math.min(first, size - extent);
    const last = Math.min(first + LARGEST_FAST, size);
    return { start, size: extent, first, last, pads: [before - start, behind - (size - extent - start)] };
  });
}

function partOf(tensor: Tensor, rows: Span, columns: Span): Tensor {
  const [channels = 1, , height = 1, width = 1] = tensor.shape;
  const shape = [channels, 1, rows.size, columns.size];
  return new Tensor('float32', shape, () => {
    const source = tensor.toFloat32();
    const target = new Float32Array(sizeOf(shape));
    for (let channel = 0; channel < channels; channel++) {
      for (let y = rows.first; y < rows.last; y++) {
        for (let x = columns.first; x < columns.last; x++) {
          const at = (channel * rows.size + y - rows.start) * columns.size + x - columns.start;
          target[at] = source[(channel * height + y) * width + x] ?? 0;
        }
      }
    }
    return bytesOf(target);
  });
}
