import type { Dimension, Node, Shape, Value } from '../../model/index.js';
import { limitRank } from './limits.js';

/** A size that nothing is known of. */
export function unknownSize(node: Node): Dimension {
  return node.graph.model.freshSymbol();
}

/** A shape of which only the rank is known. @throws InputError where that is over the limit */
export function unknownSizes(node: Node, rank: number): Dimension[] {
  limitRank(node, rank);
  return Array.from({ length: rank }, () => unknownSize(node));
}

/** How many elements an operand of rank 1 has, where that is known: the rank of what it describes. */
export function lengthOf(value: Value | undefined): number | undefined {
  const [length] = value?.shape ?? [];
  return value?.rank === 1 && typeof length === 'number' ? length : undefined;
}

/**
 * A shape given by elements of an operand: as far as they are known, else as many unknown sizes as there are elements.
 * @throws InputError where a size is negative
 */
export function shapeGivenBy(node: Node, value: Value | undefined): Shape | undefined {
  if (value?.elements) {
    const negative = value.elements.find((size) => typeof size === 'number' && size < 0);
    if (negative !== undefined) throw node.invalid(`size ${negative} is negative`);
    return value.elements;
  }
  const rank = lengthOf(value);
  return rank === undefined ? undefined : unknownSizes(node, rank);
}
