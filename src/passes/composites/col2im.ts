import { type Node, sizeOf, type Value } from '../../model/index.js';
import { col2Im as row } from '../../operators/index.js';
import { knownSizes, type Writer } from './writer.js';

/**
 * Columns [N, C * taps, places] added up where they overlap: a transposed convolution of each channel by itself, whose kernel
 * holds one 1 for each tap, at its place.
 * Keeps off: before operator set 18; sizes that are computed; places that do not fill the image as the standard counts them.
 */
export function col2Im(node: Node, writer: Writer): readonly Value[] | undefined {
  const columns = node.input(0);
  const { blockShape: block } = row.parameters(node);
  const image = knownSizes(node.output(), 2);
  const [channels] = knownSizes(node.output(), 1, 2) ?? [];
  const [rows, count] = knownSizes(columns, 1) ?? [];
  if (!block || !image || channels === undefined || rows === undefined || image.length !== block.length)
    return undefined;
  const ones = block.map(() => 1);
  const [strides, dilations] = [node.ints('strides', ones), node.ints('dilations', ones)];
  const pads = node.ints('pads', [...ones, ...ones].fill(0));
  // Holes between taps are part of the kernel, as not every target has them.
  const kernel = block.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);
  const spare = image.map(
    (size, axis) => size + (pads[axis] ?? 0) + (pads[axis + image.length] ?? 0) - (kernel[axis] ?? 1),
  );
  const places = spare.map((room, axis) => Math.floor(room / (strides[axis] ?? 1)) + 1);
  if (places.some((size) => size < 1) || sizeOf(places) !== count) return undefined;

  const taps = sizeOf(block);
  const windows = writer.reshape(columns, [-1, taps, ...places]);
  const added = writer.write(
    'ConvTranspose',
    [windows, writer.constant(columns.dtype ?? 'float32', [taps, 1, ...kernel], tapsOf(block, dilations, kernel))],
    {
      strides,
      pads,
      output_padding: spare.map((room, axis) => room % (strides[axis] ?? 1)),
    },
  );
  return [writer.reshape(added, [-1, channels, ...image])];
}

/** For each tap of a block a kernel that is 1 there and 0 elsewhere. */
function tapsOf(block: readonly number[], dilations: readonly number[], kernel: readonly number[]): Float32Array {
  const [taps, size] = [sizeOf(block), sizeOf(kernel)];
  const kernels = new Float32Array(taps * size);
  for (let tap = 0; tap < taps; tap++) {
    let [place, left, step] = [0, tap, 1];
    for (let axis = block.length - 1; axis >= 0; axis--) {
      const length = block[axis] ?? 1;
      place += (left % length) * (dilations[axis] ?? 1) * step;
      left = Math.floor(left / length);
      step *= kernel[axis] ?? 1;
    }
    kernels[tap * size + place] = 1;
  }
  return kernels;
}
