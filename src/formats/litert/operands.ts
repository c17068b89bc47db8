import type { Ref } from './builder.js';
import type { Site } from './row.js';

/** A constant of the operand's type. */
export function numberLike(site: Site, value: number, index = 0): Ref {
  return site.kind(index) === 'float32' ? site.build.float(value) : site.build.int(value);
}

/** |x|, of integers too. */
export function magnitude(site: Site, x: Ref, index = 0): Ref {
  const { build } = site;
  if (site.kind(index) === 'float32') return build.op('ABS', [x]);
  return build.maximum(x, negative(site, x, index));
}

/** -x, of integers too. */
export function negative(site: Site, x: Ref, index = 0): Ref {
  const { build } = site;
  return site.kind(index) === 'float32' ? build.op('NEG', [x]) : build.sub(build.int(0), x);
}

/** 1 where a bool holds, else 0, in the operand's type. */
export function indicator(site: Site, test: Ref, index = 0): Ref {
  return site.build.cast(test, 'bool', site.kind(index));
}
