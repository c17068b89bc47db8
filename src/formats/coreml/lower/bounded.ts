import type { MilValue } from '../program/program.js';
import type { Float } from './constants.js';
import type { NodeBuilder } from './node-builder.js';
import { binary, reduce, unary } from './operations.js';

/** Smallest normal and largest number of each type. */
const RANGES: Readonly<Record<Float, readonly [smallest: number, largest: number]>> = {
  fp16: [2 ** -14, 65504],
  fp32: [2 ** -126, (2 - 2 ** -23) * 2 ** 127],
};

/** A value, and the positive numbers that it was divided by. */
export interface Bounded {
  readonly quotient: MilValue;
  readonly magnitude: MilValue;
}

/** Smallest normal number of the type in which a node computes. */
export const smallest = (to: NodeBuilder): number => RANGES[to.float][0];

/**
 * x divided by its largest magnitude over `axes`, which stay as ones: quotients are at most 1, so that their squares neither
 * leave the range, as those of 256 leave fp16, nor vanish.
 * @param least what it is divided by at least
 */
export function bounded(to: NodeBuilder, x: MilValue, axes: readonly number[], least = smallest(to)): Bounded {
  const largest = reduce(to, 'reduce_max', unary(to, 'abs', x), axes, true);
  const magnitude = unary(to, 'clip', largest, { alpha: to.number(least), beta: to.number(RANGES[to.float][1]) });
  return { quotient: binary(to, 'real_div', x, magnitude), magnitude };
}

/** x without its mean over `axes`, times a half: the difference of two numbers may be twice as large as either. */
export function halfCentred(to: NodeBuilder, x: MilValue, axes: readonly number[]): MilValue {
  const half = binary(to, 'mul', x, to.number(0.5));
  return binary(to, 'sub', half, reduce(to, 'reduce_mean', half, axes, true));
}

/** The mean of the squares over `axes`, which stay as ones. */
export function meanSquare(to: NodeBuilder, x: MilValue, axes: readonly number[]): MilValue {
  return reduce(to, 'reduce_mean', unary(to, 'square', x), axes, true);
}

/** 1 / sqrt(mean(x²) + epsilon) over `axes`, for the bounded x: `inverse / magnitude` is what it is for x itself. */
export function inverseRoot(to: NodeBuilder, x: MilValue, axes: readonly number[], epsilon: number) {
  const root = Math.sqrt(epsilon);
  const { quotient, magnitude } = bounded(to, x, axes, Math.max(root, smallest(to)));
  const share = unary(to, 'square', binary(to, 'real_div', to.value(to.number(root)), magnitude));
  const sum = binary(to, 'add', meanSquare(to, quotient, axes), share);
  return { quotient, magnitude, inverse: unary(to, 'rsqrt', sum, { epsilon: to.number(0) }) };
}
