import { type Node, sameShape, sizeOf, type Tensor } from '../../model/index.js';
import { broadcastStatic, placesIn } from '../../operators/compute/broadcast-walk.js';
import { foldingBudgetOf } from '../folding-budget.js';
import { type Edit, withConstant } from './edit.js';
import type { Travelling } from './follow-shape.js';

/** The largest constant that is made by a division: so little beside the range of half precision that nothing overflows. */
const LARGEST_QUOTIENT = 2 ** 10;

/** An Add or Sub of a computed operand, which keeps its shape, and a constant of any. */
export interface AddedConstant {
  readonly node: Node;
  /** Which operand the constant is. */
  readonly index: 0 | 1;
  readonly constant: Tensor;
  /** Of the constant in the sum. */
  readonly sign: 1 | -1;
}

/** What a node adds, if it is an Add or Sub of a constant that broadcasts to the other operand and does not widen it. */
export function addedConstantOf(node: Node): AddedConstant | undefined {
  if (!node.is('Add', 'Sub')) return undefined;
  const index = node.constant(0) ? 0 : 1;
  const constant = node.constant(index);
  // A constant that widens the other operand has no place where that one could be scaled element by element.
  if (!constant || !sameShape(node.input(1 - index).shape, node.outputs[0]?.shape)) return undefined;
  return { node, index, constant, sign: node.is('Sub') && index === 1 ? -1 : 1 };
}

/** The constant under which `s x + c'` is `s (x + c) + b`. */
export function constantBehind(added: AddedConstant, affine: Travelling): Edit | undefined {
  return replaced(added, affine, (c, s, b) => s * c + added.sign * b);
}

/**
 * The constant under which `s (x + c')` is `(s x + b) + c`, and `s (c' - x)` is `c - (s x + b)`.
 * undefined where it would be so large that little of x could be left beside it.
 */
export function constantBefore(added: AddedConstant, affine: Travelling): Edit | undefined {
  const sign = added.node.is('Sub') ? -1 : 1;
  return replaced(added, affine, (c, s, b) => (c + sign * b) / s, LARGEST_QUOTIENT);
}

function replaced(
  { node, index, constant }: AddedConstant,
  affine: Travelling,
  make: (c: number, scale: number, shift: number) => number,
  limit = Number.POSITIVE_INFINITY,
): Edit | undefined {
  const sizes = sizesOf(affine, node.outputs[0]?.rank ?? 0);
  const shape = broadcastStatic([constant.shape, sizes]);
  if (!shape || !mayGrow(node, constant, shape)) return undefined;
  const old = constant.toFloat64();
  const [own, places] = [placesIn(constant.shape, shape), placesIn(sizes, shape)];
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    const place = places?.[at] ?? at;
    return make(old[own?.[at] ?? at] ?? 0, affine.scale[place] ?? 0, affine.shift[place] ?? 0);
  });
  // Written so that NaN, of a scale of 0, fails it too.
  return values.every((value) => Math.abs(value) <= limit) ? withConstant(node, index, values, shape) : undefined;
}

/** What scale and shift run along, aligned from the right as the constant is, without leading axes of 1. */
function sizesOf({ axis, sizes, scale }: Travelling, rank: number): readonly number[] {
  const all = sizes ?? Array.from({ length: rank }, (_, i) => (i === axis ? scale.length : 1));
  const first = all.findIndex((size) => size !== 1);
  return first < 0 ? [] : all.slice(first);
}

function mayGrow(node: Node, { byteLength, size }: Tensor, shape: readonly number[]): boolean {
  const bytes = (byteLength / size) * sizeOf(shape);
  return sizeOf(shape) === size || foldingBudgetOf(node.graph.model).claims(node, bytes);
}
