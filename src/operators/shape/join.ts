import { type Dimension, isAnonymous } from '../../model/index.js';

/** Two sizes that must be equal, as the one that says more: a number, then a name. undefined where they cannot be equal. */
export function joined(a: Dimension, b: Dimension): Dimension | undefined {
  if (typeof a === 'number') return typeof b === 'number' && a !== b ? undefined : a;
  return typeof b === 'number' || isAnonymous(a) ? b : a;
}
