import type { Builder } from './builder.js';
import { decline } from './decline.js';
import type { Kind } from './elements.js';
import type { AnySite } from './site.js';

/** An operand of floating-point numbers. Most kernels refuse integers, or compute them in float32. */
export function floatInput<Ref>(site: AnySite<Ref>, index = 0): Ref {
  expectFloat(site, index);
  return site.input(index);
}

/** Declines a node whose operand at `index` holds no floats. @throws Declined */
export function expectFloat<Ref>(site: AnySite<Ref>, index = 0): void {
  if (site.kind(index) !== 'float32') decline(`of ${site.value(index).dtype}, not of floats`);
}

/** Arithmetic is done in float32 and int32 here; integers of fewer bits would not wrap as they have to. */
export function expectArithmetic<Ref>(site: AnySite<Ref>, index = 0): void {
  const { dtype } = site.value(index);
  if (site.kind(index) === 'float32' || dtype === 'int32' || dtype === 'int64') return;
  decline(`${dtype} arithmetic`);
}

/** One number per channel, [C], as it broadcasts to an operand whose channels lie along `axis` in memory. */
export function alongAxis<Ref>(site: AnySite<Ref>, vector: Ref, length: number, axis: number, rank: number): Ref {
  if (axis === rank - 1) return vector;
  return site.build.reshape(vector, site.build.ints([length, ...new Array<number>(rank - 1 - axis).fill(1)]));
}

/** A constant of no axes. */
export function scalar<Ref>(build: Builder<Ref>, kind: Kind, value: number): Ref {
  if (kind === 'bool') return build.bool(value !== 0);
  return kind === 'float32' ? build.float(value) : build.int(value);
}
