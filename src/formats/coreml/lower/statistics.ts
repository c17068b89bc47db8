import type { MilValue } from '../program/program.js';
import type { NodeBuilder } from './node-builder.js';
import { binary, reduce, unary } from './operations.js';

/** x without its mean over `axes`, the variance there, and its root; the axes stay as ones. */
export function standardDeviation(to: NodeBuilder, x: MilValue, axes: readonly number[]) {
  const centred = binary(to, 'sub', x, reduce(to, 'reduce_mean', x, axes, true));
  const variance = reduce(to, 'reduce_mean', unary(to, 'square', centred), axes, true);
  return { centred, variance, deviation: unary(to, 'sqrt', variance) };
}
