import type { Dimension, Node } from '../../model/index.js';

/** A product of sizes: what is known of it as a number, and the symbols that remain. */
interface Product {
  readonly factor: number;
  readonly symbols: readonly string[];
}

function product(dimensions: readonly Dimension[]): Product {
  let factor = 1;
  const symbols: string[] = [];
  for (const dimension of dimensions) {
    if (typeof dimension === 'number') factor *= dimension;
    else symbols.push(dimension);
  }
  return { factor, symbols: symbols.sort() };
}

/** Equal products give equal symbols, whichever node asks. */
function symbolFor(node: Node, { factor, symbols }: Product, divisor?: Product): Dimension {
  const { model } = node.graph;
  const formula = [factor, ...symbols].join(' * ');
  const largest = symbols.reduce((product, symbol) => product * model.largestOf(symbol), factor);
  const least = symbols.reduce((product, symbol) => product * model.leastOf(symbol), factor);
  const symbol = model.derivedSymbol(
    divisor ? `${formula} / ${[divisor.factor, ...divisor.symbols].join(' * ')}` : formula,
    Math.floor(largest / Math.max(divisor?.factor ?? 1, 1)),
    divisor ? 0 : least,
  );
  if (divisor?.symbols.length) model.markUnsteady(symbol);
  return symbol;
}

/** The product as one size: a number, a symbol that stands alone, or the symbol for the formula. */
export function multiplied(node: Node, dimensions: readonly Dimension[]): Dimension {
  const whole = product(dimensions);
  const [symbol] = whole.symbols;
  if (whole.factor === 0) return 0;
  if (whole.symbols.length === 1 && whole.factor === 1 && symbol !== undefined) return symbol;
  return symbol === undefined && Number.isSafeInteger(whole.factor) ? whole.factor : symbolFor(node, whole);
}

/**
 * The size d for which the product of `parts` and d is the product of `whole`; symbols that stand on both sides cancel.
 * NaN where no whole number fits.
 */
export function divided(node: Node, whole: readonly Dimension[], parts: readonly Dimension[]): Dimension {
  const above = product(whole);
  const below = product(parts);
  const left = [...above.symbols];
  const under: string[] = [];
  for (const symbol of below.symbols) {
    const at = left.indexOf(symbol);
    if (at < 0) under.push(symbol);
    else left.splice(at, 1);
  }
  if (under.length > 0 || below.factor === 0) {
    return symbolFor(node, { factor: above.factor, symbols: left }, { factor: below.factor, symbols: under });
  }
  const factor = above.factor / below.factor;
  if (left.length > 0 && Number.isSafeInteger(factor)) return multiplied(node, [factor, ...left]);
  if (left.length === 0) return Number.isSafeInteger(factor) ? factor : Number.NaN;
  return symbolFor(node, { factor: above.factor, symbols: left }, { factor: below.factor, symbols: [] });
}
