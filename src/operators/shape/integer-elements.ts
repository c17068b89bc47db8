import type { DataType, Dimension, Node, Shape } from '../../model/index.js';
import { mayHaveElements } from './elements.js';
import { fitAll } from './integer-range.js';
import { multiplied } from './products.js';

/** The types that sizes have; in the smaller ones arithmetic would wrap. */
export function holdsSizes(dtype: DataType | undefined): boolean {
  return dtype === 'int64' || dtype === 'int32';
}

/** What an operation makes of two elements; undefined where it cannot be said. */
export type ElementPair = (node: Node, a: Dimension, b: Dimension) => Dimension | undefined;

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
    const element = x === undefined || y === undefined ? undefined : pair(node, x, y);
    if (element === undefined) return undefined;
    // Adding 0 turns the -0 of a rounded quotient into the integer it is.
    result.push(typeof element === 'number' ? element + 0 : element);
  }
  return result;
}

/** The same for arithmetic, whose result has the type of its operands and may wrap. */
export function arithmeticElements(node: Node, shape: Shape | undefined, pair: ElementPair): Dimension[] | undefined {
  const dtype = node.dtypeOf(0);
  const elements = holdsSizes(dtype) ? pairElements(node, shape, pair) : undefined;
  return elements && fitAll(node.graph.model, elements, dtype) ? elements : undefined;
}

/** The pair function that knows numbers alone. */
export function ofNumbers(f: (a: number, b: number) => number | undefined): ElementPair {
  return (_, a, b) => (typeof a === 'number' && typeof b === 'number' ? f(a, b) : undefined);
}

/** A symbol stands for a size, which is not negative; the symbol for a formula has to as well. */
export const isSize = (element: Dimension) => typeof element === 'string' || element >= 0;

/** Symbols obey the identities of arithmetic; a sum of sizes is a size, and equal sums get equal symbols. */
export const sumOfElements: ElementPair = (node, a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  const { model } = node.graph;
  const least = model.leastOf(a) + model.leastOf(b);
  // Less than what a size is at least may be taken from it.
  if (!(isSize(a) && isSize(b)) && least < 0) return undefined;
  const [first, second] = typeof a === 'number' || (typeof b === 'string' && b < a) ? [b, a] : [a, b];
  return model.derivedSymbol(`${first} + ${second}`, model.largestOf(a) + model.largestOf(b), Math.max(least, 0));
};

/** undefined where a factor could be negative: a product of sizes is a size, one of other symbols is nothing that is followed. */
export const productOfElements: ElementPair = (node, a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  return isSize(a) && isSize(b) ? multiplied(node, [a, b]) : undefined;
};

/** A difference with a symbol could be negative, so only what is certain is said. */
export const differenceOfElements: ElementPair = (node, a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a === b) return 0;
  if (typeof b === 'number') return sumOfElements(node, a, -b);
  return undefined;
};

/** Cut towards zero, as integers are divided. */
export const quotientOfElements: ElementPair = (node, a, b) => {
  if (b === 1) return a;
  if (typeof b === 'string' || b <= 0)
    return typeof a === 'number' && typeof b === 'number' && b !== 0 ? Math.trunc(a / b) : undefined;
  if (typeof a === 'number') return Math.trunc(a / b);
  const { model } = node.graph;
  return model.derivedSymbol(
    `floor(${a} / ${b})`,
    Math.floor(model.largestOf(a) / b),
    Math.floor(model.leastOf(a) / b),
  );
};

/** What a comparison says of two elements, as 0 or 1. A symbol is a size, so that it is above every negative number. */
export function comparedElements(relation: (a: number, b: number) => boolean): ElementPair {
  return (_, a, b) => {
    const [x, y] = [typeof a === 'number' ? a : 0, typeof b === 'number' ? b : 0];
    const isDecided = typeof a === typeof b ? typeof a === 'number' || a === b : x < 0 || y < 0;
    return isDecided ? Number(relation(x, y)) : undefined;
  };
}
