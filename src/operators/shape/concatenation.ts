import type { Dimension, Node, Shape } from '../../model/index.js';
import type { Facts } from '../operator.js';
import { normalizeAxis } from './axes.js';
import { mayHaveElements } from './elements.js';
import { sumOfElements } from './integer-elements.js';
import { joined } from './join.js';
import { unknownSize } from './unknown.js';

/**
 * What is known of tensors put one after the other along `axis`, or stacked along a new one.
 * @throws InputError where they do not fit
 */
export function concatenated(node: Node, parts: readonly Facts[], axis: number, isNewAxis = false): Facts {
  const dtype = parts.find((part) => part.dtype)?.dtype;
  const known = parts.find((part) => part.shape)?.shape;
  if (!known) return { dtype };
  const at = normalizeAxis(node, axis, known.length + (isNewAxis ? 1 : 0));
  const shapes = parts.map((part) => part.shape ?? known.map(() => unknownSize(node)));
  if (!isNewAxis) return { dtype, ...joinedParts(node, parts, shapes, at) };
  const shape = joinedShape(node, shapes, undefined);
  return { dtype, shape: [...shape.slice(0, at), parts.length, ...shape.slice(at)] };
}

function joinedParts(node: Node, parts: readonly Facts[], shapes: readonly Shape[], axis: number): Facts {
  const shape = joinedShape(node, shapes, axis);
  const isWhole = parts.every((part) => part.elements) && mayHaveElements(shape);
  return { shape, elements: isWhole ? parts.flatMap((part) => part.elements ?? []) : undefined };
}

/**
 * Sizes add up along `axis` and are the same elsewhere.
 * @throws InputError where ranks, or sizes of another axis, differ
 */
export function joinedShape(node: Node, shapes: readonly Shape[], axis: number | undefined): Dimension[] {
  const [first = []] = shapes;
  const other = shapes.find((shape) => shape.length !== first.length);
  if (other) throw node.invalid(`operands have ranks ${first.length} and ${other.length}`);
  return first.map((_, at) => {
    const sizes = shapes.map((shape) => shape[at] ?? unknownSize(node));
    if (at === axis) return sum(node, sizes);
    return sizes.reduce((a, b) => {
      const size = joined(a, b);
      if (size === undefined) throw node.invalid(`operands have sizes ${a} and ${b} on axis ${at}`);
      return size;
    });
  });
}

function sum(node: Node, sizes: readonly Dimension[]): Dimension {
  const symbols: string[] = [];
  let total = 0;
  for (const size of sizes) {
    if (typeof size === 'number') total += size;
    else symbols.push(size);
  }
  const sum = symbols.sort().reduce<Dimension>((all, symbol) => sumOfElements(node, all, symbol) ?? all, 0);
  return sumOfElements(node, sum, total) ?? sum;
}
