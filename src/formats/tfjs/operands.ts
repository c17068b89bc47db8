import type { Ref } from './builder.js';
import type { Site } from './row.js';

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
  return build.maximum(x, negative(site, x, index));
}
