import { sizeOf } from '../../model/index.js';
import type { AffineMap } from './affine-map.js';
import type { Addend, DenseLayer } from './dense-layer.js';
import { evaluate } from './weights.js';

/**
 * A map of images [C, *sizes] of one size as the matrix that it is of their C * sizes numbers: each tap of each pixel of
 * the result is one number of it, but for those that lie in the padding.
 * @param layer whose layout the numbers take; its groups are unions of those of the map
 * @param outputSizes of the map, at this size of the image
 */
export function convolutionMatrix(
  map: AffineMap,
  sizes: readonly number[],
  outputSizes: readonly number[],
  sign: 1 | -1,
  layer: DenseLayer,
): Addend {
  const { kernel, bias } = evaluate(map);
  const [pixels, pixelsOut] = [sizeOf(sizes), sizeOf(outputSizes)];
  const columns = map.inChannels / map.groups;
  const taps = kernel.length / (map.outChannels * columns);
  const links = linksOf(map, sizes, outputSizes);
  const weight = new Float64Array(layer.weight.size);
  for (let m = 0; m < map.outChannels; m++) {
    const group = Math.floor((m * layer.groups) / map.outChannels);
    const first = Math.floor((m * map.groups) / map.outChannels) * columns - (group * map.inChannels) / layer.groups;
    for (let c = 0; c < columns; c++) {
      for (const { tap, source, result } of links) {
        const at = (m * pixelsOut + result) * layer.outputStep + ((first + c) * pixels + source) * layer.inputStep;
        weight[at] = (weight[at] ?? 0) + sign * (kernel[(m * columns + c) * taps + tap] ?? 0);
      }
    }
  }
  const row =
    bias && Float64Array.from({ length: layer.outputs }, (_, at) => sign * (bias[Math.floor(at / pixelsOut)] ?? 0));
  return { weight, row };
}

/** A pixel of the image that a pixel of the result reads, and the tap that it reads it by; all numbered row-major. */
interface Link {
  readonly tap: number;
  readonly source: number;
  readonly result: number;
}

function linksOf({ axes }: AffineMap, sizes: readonly number[], outputSizes: readonly number[]): readonly Link[] {
  let links: Link[] = [{ tap: 0, source: 0, result: 0 }];
  for (const [i, { kernel, stride, dilation, padBegin }] of axes.entries()) {
    const [size, outputs] = [sizes[i] ?? 1, outputSizes[i] ?? 1];
    const own: Link[] = [];
    for (let result = 0; result < outputs; result++) {
      for (let tap = 0; tap < kernel; tap++) {
        const source = result * stride - padBegin + tap * dilation;
        if (source >= 0 && source < size) own.push({ tap, source, result });
      }
    }
    links = links.flatMap((outer) =>
      own.map((inner) => ({
        tap: outer.tap * kernel + inner.tap,
        source: outer.source * size + inner.source,
        result: outer.result * outputs + inner.result,
      })),
    );
  }
  return links;
}
