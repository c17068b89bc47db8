import type { Graph, Node, Value } from '../../model/index.js';
import { pad } from '../../operators/index.js';
import { type AffineMap, identityMap, POINT } from './affine-map.js';

/** An image with a border of copies of itself, and a value that is a part of it: the image, or it with a smaller border. */
interface Crop {
  readonly whole: Value;
  readonly part: Value;
  /** The map that takes the part out of the whole. */
  readonly map: AffineMap;
}

/** A border by reflection, of the edge's pixels or from the other side, around the spatial axes. */
interface Border {
  readonly image: Value;
  readonly output: Value;
  readonly mode: string;
  /** Pixels before every spatial axis, then pixels behind. */
  readonly pads: readonly number[];
}

/**
 * What can be cropped out of images that were padded with copies of themselves: `x` is a part of `Pad(x)`, and so is x
 * with a smaller border of the same kind, as every pixel is copied from the same place however wide the border is.
 */
export function copiedBorders(graph: Graph): ReadonlyMap<Value, readonly Crop[]> {
  const byImage = new Map<Value, Border[]>();
  for (const node of graph.nodesOf('Pad')) {
    const border = borderOf(node);
    if (!border) continue;
    const others = byImage.get(border.image);
    if (others) others.push(border);
    else byImage.set(border.image, [border]);
  }
  const crops = new Map<Value, Crop[]>();
  for (const borders of byImage.values()) {
    for (const whole of borders.slice(0, MOST)) {
      const image: Border = { ...whole, output: whole.image, pads: whole.pads.map(() => 0) };
      const parts = [image, ...borders.slice(0, MOST).filter((part) => isInside(part, whole))];
      crops.set(
        whole.output,
        parts.flatMap((part) => cropOf(part, whole) ?? []),
      );
    }
  }
  return crops;
}

/** Borders of one image that are compared with one another. */
const MOST = 8;

function borderOf(node: Node): Border | undefined {
  const { mode, pads } = pad.parameters(node);
  const image = node.input(0);
  const rank = image.rank;
  if (mode === 'constant' || rank === undefined || pads?.length !== 2 * rank) return undefined;
  const isOuterWidened = [0, 1, rank, rank + 1].some((at) => pads[at] !== 0);
  if (isOuterWidened || pads.some((size) => size < 0)) return undefined;
  return { image, output: node.output(), mode, pads: [...pads.slice(2, rank), ...pads.slice(rank + 2)] };
}

/** A border from the other side that is wider than the image goes around it more than once, which engines do in their own ways. */
function isInside(part: Border, whole: Border): boolean {
  if (whole.mode === 'wrap') return false;
  const isSmaller = part.pads.every((size, i) => size <= (whole.pads[i] ?? 0));
  return part.output !== whole.output && part.mode === whole.mode && isSmaller;
}

function cropOf(part: Border, whole: Border): Crop | undefined {
  const channels = part.image.shape?.[1];
  if (typeof channels !== 'number') return undefined;
  const spatialRank = part.pads.length / 2;
  const less = part.pads.map((size, i) => size - (whole.pads[i] ?? 0));
  const axes = less
    .slice(0, spatialRank)
    .map((padBegin, i) => ({ ...POINT, padBegin, padEnd: less[i + spatialRank] ?? 0 }));
  return { whole: whole.output, part: part.output, map: { ...identityMap(channels, spatialRank), axes, depth: 1 } };
}
