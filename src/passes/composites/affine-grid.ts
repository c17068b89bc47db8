import type { Node, Value } from '../../model/index.js';
import { affineGrid as row } from '../../operators/index.js';
import { knownSizes, type Writer } from './writer.js';

/**
 * Every position of the image, as (x, y, 1) from -1 to 1, times the transposed theta of each image.
 * Keeps off: a size that is computed; an axis of one pixel with align_corners, of which the standard says nothing.
 */
export function affineGrid(node: Node, writer: Writer): readonly Value[] | undefined {
  const theta = node.input(0);
  const { alignCorners } = row.parameters(node);
  const sizes = knownSizes(node.output(), 1, -1);
  if (!sizes || (alignCorners && sizes.includes(1))) return undefined;
  const places = sizes.map((size) =>
    Array.from({ length: size }, (_, at) => (alignCorners ? (2 * at) / (size - 1) : (2 * at + 1) / size) - 1),
  );
  const positions = everyPosition(places);
  const width = sizes.length + 1;
  const grid = writer.constant(theta.dtype ?? 'float32', [positions.length / width, width], positions);
  return [writer.reshape(writer.product(grid, writer.transpose(theta, [0, 2, 1])), [0, ...sizes, sizes.length])];
}

/** Each (x, y, 1) in the order of the pixels, from the places along each axis, of which the last is x. */
function everyPosition(places: readonly (readonly number[])[]): number[] {
  let positions: readonly (readonly number[])[] = [[1]];
  for (const axis of places) positions = positions.flatMap((outer) => axis.map((place) => [place, ...outer]));
  return positions.flat();
}
