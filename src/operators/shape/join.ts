import { type Dimension, isAnonymous } from '../../model/index.js';

/**
 * Two sizes that must be equal, as the one that says more: a number, then a name, then what was known first, which more may
 * follow from. undefined where they cannot be equal.
 */
export function joined(a: Dimension, b: Dimension): Dimension | undefined {
  if (typeof a === 'number') return typeof b === 'number' && a !== b ? undefined : a;
  if (typeof b === 'number') return b;
  if (isAnonymous(a) && isAnonymous(b)) return orderOf(a) < orderOf(b) ? a : b;
  return isAnonymous(a) ? b : a;
}

const orderOf = (symbol: string) => Number(symbol.slice(1));
