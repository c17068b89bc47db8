import { decline } from '../../lowering/decline.js';
import type { Ref } from './builder.js';
import type { Site } from './row.js';

/** An operand of floating-point numbers. Most kernels refuse integers, or compute them in float32. */
export function floatInput(site: Site, index = 0): Ref {
  expectFloat(site, index);
  return site.input(index);
}

/** Declines a node whose operand at `index` holds no floats. @throws Declined */
export function expectFloat(site: Site, index = 0): void {
  if (site.kind(index) !== 'float32') decline(`of ${site.value(index).dtype}, not of floats`);
}

/** Arithmetic is done in float32 and int32 here; integers of fewer bits would not wrap as they have to. */
export function expectArithmetic(site: Site, index = 0): void {
  const { dtype } = site.value(index);
  if (site.kind(index) === 'float32' || dtype === 'int32' || dtype === 'int64') return;
  decline(`${dtype} arithmetic`);
}

/** 0 of the operand's type. */
export function zeroLike(site: Site, index = 0): Ref {
  return site.kind(index) === 'float32' ? site.build.float(0) : site.build.int(0);
}

/** -x of a number of the operand's type: wasm's own kernel takes integers through float32, which holds 24 bits of them. */
export function negative(site: Site, x: Ref, index = 0): Ref {
  const { build } = site;
  return site.kind(index) === 'float32' ? build.op('Neg', [x]) : build.op('Sub', [build.int(0), x]);
}

/** |x|, as exact as `negative`. */
export function magnitude(site: Site, x: Ref, index = 0): Ref {
  const { build } = site;
  if (site.kind(index) === 'float32') return build.op('Abs', [x]);
  return build.op('Maximum', [x, negative(site, x, index)]);
}

/** One number per channel, [C], as it broadcasts to an operand whose channels lie along `axis` in memory. */
export function alongAxis(site: Site, vector: Ref, length: number, axis: number, rank: number): Ref {
  if (axis === rank - 1) return vector;
  return site.build.op('Reshape', [vector, site.build.ints([length, ...new Array<number>(rank - 1 - axis).fill(1)])]);
}
