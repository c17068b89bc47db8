import type { Dimension, Node, Shape } from '../../model/index.js';
import { multiplied } from './products.js';

/** Factors and sizes of a resize, one per axis of its input. */
export interface Resized {
  /** An entry is undefined where a size is not known. */
  readonly scales: readonly (number | undefined)[];
  readonly sizes: Shape;
}

/** @param factors one per axis in `axes`; the others stay @throws InputError where one is not positive, or their number is another */
export function resizedByScales(
  node: Node,
  shape: Shape,
  factors: ArrayLike<number>,
  axes: readonly number[],
): Resized {
  if (factors.length !== axes.length) throw node.invalid(`has ${factors.length} scales for ${axes.length} axes`);
  const scales = new Array<number>(shape.length).fill(1);
  axes.forEach((axis, i) => {
    const factor = factors[i] ?? 1;
    if (!(factor > 0 && Number.isFinite(factor))) throw node.invalid(`scale ${factor} is not a positive number`);
    if (factor < 1 && node.operator === 'Upsample') throw node.invalid(`scale ${factor} is below 1`);
    scales[axis] = factor;
  });
  return { scales, sizes: shape.map((size, axis) => scaledSize(node, size, scales[axis] ?? 1)) };
}

function scaledSize(node: Node, size: Dimension, scale: number): Dimension {
  if (scale === 1) return size;
  // The product is a float32 in the engines; an exact one could fall on the other side of a whole number.
  if (typeof size === 'number') return Math.floor(Math.fround(size * scale));
  if (Number.isInteger(scale)) return multiplied(node, [scale, size]);
  return node.graph.model.derivedSymbol(`floor(${size} * ${scale})`);
}

/**
 * @param wanted one size per axis in `axes`; the others stay
 * @param policy `stretch` takes the sizes as they are; `not_larger` and `not_smaller` keep the proportions of `axes`
 * @throws InputError where their number is another
 */
export function resizedBySizes(
  node: Node,
  shape: Shape,
  wanted: readonly Dimension[],
  axes: readonly number[],
  policy: string,
): Resized {
  if (wanted.length !== axes.length) throw node.invalid(`has ${wanted.length} sizes for ${axes.length} axes`);
  const sizes: Dimension[] = [...shape];
  if (policy === 'stretch') {
    axes.forEach((axis, i) => {
      const size = wanted[i] ?? 1;
      if (typeof size === 'number' && size < 1 && size !== shape[axis]) throw node.invalid(`size ${size} is below 1`);
      sizes[axis] = size;
    });
    return { scales: sizes.map((size, axis) => ratio(size, shape[axis])), sizes };
  }
  if (policy !== 'not_larger' && policy !== 'not_smaller') {
    throw node.invalid(`keep_aspect_ratio_policy ${JSON.stringify(policy.slice(0, 40))} is not known`);
  }
  const ratios = axes.map((axis, i) => ratio(wanted[i], shape[axis]));
  const scale = ratios.reduce((a, b) => {
    if (a === undefined || b === undefined) return undefined;
    return policy === 'not_larger' ? Math.min(a, b) : Math.max(a, b);
  }, ratios[0]);
  for (const axis of axes) {
    const size = shape[axis];
    const isKnown = scale !== undefined && typeof size === 'number';
    sizes[axis] = isKnown ? Math.floor(scale * size + 0.5) : node.graph.model.freshSymbol();
  }
  return { scales: shape.map((_, axis) => (axes.includes(axis) ? scale : 1)), sizes };
}

function ratio(after: Dimension | undefined, before: Dimension | undefined): number | undefined {
  if (after === before) return 1;
  return typeof after === 'number' && typeof before === 'number' ? after / before : undefined;
}
