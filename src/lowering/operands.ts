import type { Builder } from './builder.js';
import { decline } from './decline.js';
import type { Kind } from './elements.js';
import type { CommonSite } from './row.js';
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

/** A constant of the operand's type. */
export function numberLike<Ref>(site: CommonSite<Ref>, value: number, index = 0): Ref {
  return scalar(site.build, site.kind(index), value);
}

/** -x of a number of the operand's type: kernels have none for integers, or take them through float32, which holds 24 bits of them. */
export function negative<Ref>(site: CommonSite<Ref>, x: Ref, index = 0): Ref {
  const { build } = site;
  return site.kind(index) === 'float32' ? build.apply('Neg', x) : build.sub(build.int(0), x);
}

/** |x|, as exact as `negative`. */
export function magnitude<Ref>(site: CommonSite<Ref>, x: Ref, index = 0): Ref {
  const { build } = site;
  return site.kind(index) === 'float32' ? build.apply('Abs', x) : build.maximum(x, negative(site, x, index));
}

/** 1 where a bool holds, else 0, in the operand's type. */
export function indicator<Ref>(site: CommonSite<Ref>, test: Ref, index = 0): Ref {
  return site.build.cast(test, 'bool', site.kind(index));
}

/** All operands, as they broadcast to each other. */
export function broadcastOperands<Ref>(site: AnySite<Ref>): Ref[] {
  return site.node.inputs.map((_, index) => site.broadcast(index));
}
