import { type Dimension, type Node, sizeOf, stridesOf, type Tensor } from '../../model/index.js';
import { copyAlong } from '../compute/copy-along.js';
import { operator } from '../operator.js';
import { shaped } from '../shape/facts.js';
import { divided, multiplied } from '../shape/products.js';

const MODES = ['DCR', 'CRD'] as const;

export interface DepthToSpaceParameters {
  readonly blocksize: number;
  /** Whether channels are counted depth, column, row (block outermost) or column, row, depth. */
  readonly mode: (typeof MODES)[number];
}

/** [N, C * b * b, H, W] to [N, C, H * b, W * b]. */
export const depthToSpace = operator('DepthToSpace', {
  traits: ['moves', 'spatial'],
  parameters: (node): DepthToSpaceParameters => ({ blocksize: blocksizeOf(node), mode: modeOf(node, 11) }),
  infer: (node, { blocksize: b }) => {
    const sizes = imageSizes(node);
    if (!sizes) return [shaped(node.input(0), undefined)];
    const [n, c, h, w] = sizes;
    const depth = divided(node, [c], [b * b]);
    if (Number.isNaN(depth)) throw node.invalid(`${c} channels are no multiple of ${b} x ${b}`);
    return [shaped(node.input(0), [n, depth, multiplied(node, [h, b]), multiplied(node, [w, b])])];
  },
  compute: ([tensor], { blocksize: b, mode }) => {
    if (!tensor) return undefined;
    const [n = 0, c = 0, h = 0, w = 0] = tensor.shape;
    const depth = c / (b * b);
    const [from, order] =
      mode === 'DCR'
        ? [
            [n, b, b, depth, h, w],
            [0, 3, 4, 1, 5, 2],
          ]
        : [
            [n, depth, b, b, h, w],
            [0, 1, 4, 2, 5, 3],
          ];
    return permuted(tensor, from, order, [n, depth, h * b, w * b]);
  },
});

/** [N, C, H * b, W * b] to [N, b * b * C, H, W], the channels counted as there; before operator set 28 `DCR` alone. */
export const spaceToDepth = operator('SpaceToDepth', {
  traits: ['moves', 'spatial'],
  parameters: (node): DepthToSpaceParameters => ({ blocksize: blocksizeOf(node), mode: modeOf(node, 28) }),
  infer: (node, { blocksize: b }) => {
    const sizes = imageSizes(node);
    if (!sizes) return [shaped(node.input(0), undefined)];
    const [n, c, h, w] = sizes;
    const [rows, columns] = [divided(node, [h], [b]), divided(node, [w], [b])];
    if (Number.isNaN(rows) || Number.isNaN(columns)) throw node.invalid(`${h} x ${w} is no multiple of ${b}`);
    return [shaped(node.input(0), [n, multiplied(node, [c, b * b]), rows, columns])];
  },
  compute: ([tensor], { blocksize: b, mode }) => {
    if (!tensor) return undefined;
    const [n = 0, c = 0, h = 0, w = 0] = tensor.shape;
    const order = mode === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
    return permuted(tensor, [n, c, h / b, b, w / b, b], order, [n, c * b * b, h / b, w / b]);
  },
});

function modeOf(node: Node, since: number): DepthToSpaceParameters['mode'] {
  const given = node.opset < since ? 'DCR' : node.string('mode', 'DCR');
  const mode = MODES.find((name) => name === given);
  if (!mode) throw node.invalid(`mode ${given} is not known`);
  return mode;
}

function blocksizeOf(node: Node): number {
  const blocksize = node.int('blocksize', undefined);
  if (blocksize === undefined || blocksize < 1) throw node.invalid(`blocksize is ${blocksize ?? 'missing'}`);
  return blocksize;
}

function imageSizes(node: Node): [Dimension, Dimension, Dimension, Dimension] | undefined {
  const { shape } = node.input(0);
  if (!shape) return undefined;
  const [n, c, h, w] = shape;
  if (shape.length !== 4 || n === undefined || c === undefined || h === undefined || w === undefined) {
    throw node.invalid(`rank is ${shape.length}, not 4`);
  }
  return [n, c, h, w];
}

function permuted(
  tensor: Tensor,
  from: readonly number[],
  order: readonly number[],
  shape: readonly number[],
): Tensor | undefined {
  if (!from.every(Number.isSafeInteger) || sizeOf(from) !== tensor.size) return undefined;
  const strides = stridesOf(from);
  const walk = { shape: order.map((axis) => from[axis] ?? 1), strides: order.map((axis) => strides[axis] ?? 1) };
  const result = copyAlong(tensor, { ...walk, offset: 0 });
  return result?.reshape(shape);
}
