import type { Dimension, Node, Shape } from '../../model/index.js';
import { mayHaveElements } from './elements.js';

/** What an operation makes of two elements; undefined where it cannot be said. */
export type ElementPair = (a: Dimension, b: Dimension) => Dimension | undefined;

/**
 * Elements of the result of an operation on two short integer operands that broadcast to `shape`.
 * @returns undefined unless every element can be said
 */
export function pairElements(node: Node, shape: Shape | undefined, pair: ElementPair): Dimension[] | undefined {
  const [a, b] = [node.inputs[0]?.elements, node.inputs[1]?.elements];
  if (!a || !b || !mayHaveElements(shape)) return undefined;
  const size = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let i = 0; i < size; i++) {
    const [x, y] = [a[a.length === 1 ? 0 : i], b[b.length === 1 ? 0 : i]];
    const element = x === undefined || y === undefined ? undefined : pair(x, y);
    // Beyond 2^53 a number is no longer the integer; int32 would have wrapped long before, so that is not said either.
    if (element === undefined || (typeof element === 'number' && !(Math.abs(element) < 2 ** 31))) return undefined;
    result.push(element);
  }
  return result;
}

/** The pair function that knows numbers alone. */
export function ofNumbers(f: (a: number, b: number) => number | undefined): ElementPair {
  return (a, b) => (typeof a === 'number' && typeof b === 'number' ? f(a, b) : undefined);
}
