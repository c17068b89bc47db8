import type { Node, Value } from '../../model/index.js';
import { rotaryEmbedding as row } from '../../operators/index.js';
import { knownSizes, type Writer } from './writer.js';

/**
 * Turns pairs of elements by an angle of their position: `(a, b)` becomes `(a cos - b sin, a sin + b cos)`.
 * Keeps off: sizes of heads that are not known.
 */
export function rotaryEmbedding(node: Node, writer: Writer): readonly Value[] | undefined {
  const { interleaved, numHeads, rotaryEmbeddingDim } = row.parameters(node);
  const x = node.input(0);
  const isFlat = x.rank === 3;
  const [width] = knownSizes(x, -1) ?? [];
  if (width === undefined || (isFlat && numHeads === 0)) return undefined;
  const size = isFlat ? width / numHeads : width;
  const half = (rotaryEmbeddingDim || size) / 2;
  const headed = isFlat ? writer.reshape(x, [0, 0, numHeads, size]) : x;
  const [firstPlaces, secondPlaces, restPlaces] = placesOf(half, size, interleaved);
  const [a, b] = [writer.pick(headed, firstPlaces, 3), writer.pick(headed, secondPlaces, 3)];
  const [cosine, sine] = [anglesOf(node, 1, isFlat, writer), anglesOf(node, 2, isFlat, writer)];
  const real = writer.write('Sub', [writer.multiply(a, cosine), writer.multiply(b, sine)]);
  const imaginary = writer.add(writer.multiply(a, sine), writer.multiply(b, cosine));
  const rest = restPlaces.length > 0 ? [writer.pick(headed, restPlaces, 3)] : [];
  const joined = writer.concat([real, imaginary, ...rest], 3);
  const y = interleaved ? writer.pick(joined, backInPairs(half, size), 3) : joined;
  return [isFlat ? writer.reshape(y, [0, 0, width]) : y];
}

/** Cosines or sines of each position, with an axis of one for the heads. */
function anglesOf(node: Node, index: number, isFlat: boolean, writer: Writer): Value {
  const cache = node.input(index);
  const angles = node.hasInput(3) ? writer.write('Gather', [cache, node.input(3)], { axis: 0 }) : cache;
  return writer.write('Unsqueeze', [angles, writer.constant('int64', [1], [isFlat ? 2 : 1])]);
}

/** Where the first and the second of each pair lie, and what is not turned. */
function placesOf(half: number, size: number, interleaved: boolean): [number[], number[], number[]] {
  const turned = range(0, half);
  const first = turned.map((pair) => (interleaved ? 2 * pair : pair));
  const second = turned.map((pair) => (interleaved ? 2 * pair + 1 : half + pair));
  return [first, second, range(2 * half, size)];
}

/** Where each element comes from, once all first ones lie before all second ones. */
function backInPairs(half: number, size: number): number[] {
  return [...range(0, half).flatMap((pair) => [pair, half + pair]), ...range(2 * half, size)];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
