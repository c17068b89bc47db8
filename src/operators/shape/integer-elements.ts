import type { DataType, Dimension, Model, Node, Shape } from '../../model/index.js';
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
  // Less than what a size is at least may be taken from it.
  if (!(isSize(a) && isSize(b)) && model.leastOf(a) + model.leastOf(b) < 0) return undefined;
  const [one, other] = [model.partsOf(a), model.partsOf(b)];
  const base = one.base && other.base ? model.sumSymbol(one.base, other.base) : (one.base ?? other.base);
  const offset = one.offset + other.offset;
  return offset === 0 || base === undefined ? base : model.shiftedSymbol(base, offset);
};

/** undefined where a factor could be negative: a product of sizes is a size, one of other symbols is nothing that is followed. */
export const productOfElements: ElementPair = (node, a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  return isSize(a) && isSize(b) ? multiplied(node, [a, b]) : undefined;
};

/** A difference with a symbol could be negative, so only what is certain is said. */
export const differenceOfElements: ElementPair = (node, a, b) => {
  const { model } = node.graph;
  const [whole, part] = [model.partsOf(a), model.partsOf(b)];
  if (whole.base === part.base) return whole.offset - part.offset;
  if (typeof b === 'number') return sumOfElements(node, a, -b);
  const rest = whole.base && part.base && model.restOfSum(whole.base, part.base);
  if (rest) return sumOfElements(node, rest, whole.offset - part.offset);
  const least = model.leastOf(a) - model.largestOf(b);
  if (least < 0) return undefined;
  return unsteady(model, model.derivedSymbol(`${a} - ${b}`, model.largestOf(a) - model.leastOf(b), least));
};

function unsteady(model: Model, symbol: string): string {
  model.markUnsteady(symbol);
  return symbol;
}

/** What is left of `a` by a size, from 0 on. */
export const remainderOfElements: ElementPair = (node, a, b) => {
  if (!isSize(b) || b === 0 || (typeof a === 'number' && typeof b === 'number')) return undefined;
  if (b === 1 || a === b) return 0;
  const { model } = node.graph;
  const [least, divisor] = [typeof a === 'number' ? a : 0, model.leastOf(b)];
  if (least >= 0 && model.largestOf(a) < divisor) return a;
  if (least < 0 && -least <= divisor) return sumOfElements(node, a, b);
  const rest = Math.max(model.largestOf(b) - 1, 0);
  const largest = least < 0 ? rest : Math.min(model.largestOf(a), rest);
  return unsteady(model, model.derivedSymbol(`${a} mod ${b}`, largest));
};

/** Cut towards zero, as integers are divided. */
export const quotientOfElements: ElementPair = (node, a, b) => {
  if (b === 1) return a;
  if (typeof a === 'number' && typeof b === 'number') return b === 0 ? undefined : Math.trunc(a / b);
  // What is divided by 0 is nothing.
  if (a === b) return 1;
  if (!isSize(a) || !isSize(b) || b === 0) return undefined;
  if (typeof b === 'number' && typeof a === 'string') {
    const { base, offset } = node.graph.model.partsOf(a);
    if (base !== undefined) return flooredQuotient(node, base, offset, b);
  }
  const { model } = node.graph;
  return unsteady(
    model,
    model.derivedSymbol(
      `floor(${a} / ${b})`,
      Math.floor(model.largestOf(a) / Math.max(model.leastOf(b), 1)),
      Math.floor(model.leastOf(a) / Math.max(model.largestOf(b), 1)),
    ),
  );
};

/**
 * How often a number fits into a size and another number, rounded down: one symbol, in whatever way that is said.
 * @returns undefined where it could be less than 0
 */
export function flooredQuotient(node: Node, base: string, offset: number, divisor: number): Dimension | undefined {
  const { model } = node.graph;
  const times = Math.floor(offset / divisor);
  const rest = offset - times * divisor;
  const ofEnd = (end: number) => Math.floor((end + rest) / divisor);
  const quotient =
    divisor === 1
      ? base
      : model.derivedSymbol(
          `floor((${base} + ${rest}) / ${divisor})`,
          ofEnd(model.largestOf(base)),
          ofEnd(model.leastOf(base)),
        );
  return sumOfElements(node, quotient, times);
}

/** What a comparison says of two elements, as 0 or 1. A symbol is a size, so that it is above every negative number. */
export function comparedElements(relation: (a: number, b: number) => boolean): ElementPair {
  return (_, a, b) => {
    const [x, y] = [typeof a === 'number' ? a : 0, typeof b === 'number' ? b : 0];
    const isDecided = typeof a === typeof b ? typeof a === 'number' || a === b : x < 0 || y < 0;
    return isDecided ? Number(relation(x, y)) : undefined;
  };
}
