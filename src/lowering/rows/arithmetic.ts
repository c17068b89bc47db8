import * as operators from '../../operators/index.js';
import type { Builder } from '../builder.js';
import { decline } from '../decline.js';
import type { Kind } from '../elements.js';
import { broadcastOperands, expectArithmetic, expectFloat, indicator, magnitude, numberLike } from '../operands.js';
import { type CommonRow, type CommonSite, commonRow } from '../row.js';

/** Any number of operands, two at a time. */
function chained<Ref>(
  site: CommonSite<Ref>,
  operands: readonly Ref[],
  join: (build: Builder<Ref, Kind>, a: Ref, b: Ref) => Ref,
): Ref {
  expectArithmetic(site);
  const [first, ...others] = operands;
  if (first === undefined) return decline('of no operands');
  return others.reduce((a, b) => join(site.build, a, b), first);
}

/** Element by element, with broadcasting. */
export const commonArithmeticRows: readonly CommonRow[] = [
  /** The kernel has the sign of the divisor. That of the dividend comes from the remainder of magnitudes. */
  commonRow(operators.mod, (site, { fmod }) => {
    expectArithmetic(site);
    const { build } = site;
    const [a, b] = [site.broadcast(0), site.broadcast(1)];
    if (!fmod) return site.kind(0) === 'float32' ? decline('fmod 0 of floats') : build.apply('FloorMod', a, b);
    const rest = build.apply('FloorMod', magnitude(site, a), magnitude(site, b));
    const isNegative = indicator(site, build.apply('Less', a, numberLike(site, 0)));
    return build.sub(rest, build.mul(build.mul(isNegative, numberLike(site, 2)), rest));
  }),

  commonRow(operators.max, (site) => chained(site, broadcastOperands(site), (build, a, b) => build.maximum(a, b))),
  commonRow(operators.min, (site) => chained(site, broadcastOperands(site), (build, a, b) => build.minimum(a, b))),
  commonRow(operators.sum, (site) => chained(site, broadcastOperands(site), (build, a, b) => build.add(a, b))),

  /** Divided before they are added: the sum may be beyond the range that the mean is within. */
  commonRow(operators.mean, (site) => {
    expectFloat(site);
    const operands = broadcastOperands(site);
    const { build } = site;
    const isAlone = operands.length === 1;
    const shares = isAlone ? operands : operands.map((x) => build.div(x, build.float(operands.length)));
    return chained(site, shares, (_, a, b) => build.add(a, b));
  }),
];

/** The base to a power of 0 or more by products, which stay exact; as large as both operands broadcast to. */
export function powerByProducts<Ref>(site: CommonSite<Ref>, base: Ref, exponent: number): Ref {
  const { build } = site;
  let result: Ref | undefined;
  let factor = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? factor : build.mul(result, factor);
    if (rest > 1) factor = build.mul(factor, factor);
  }
  result ??= build.add(build.mul(base, build.int(0)), build.int(1));
  const shape = site.resultShape();
  return shape.join() === site.shape(0).join() ? result : build.broadcastTo(result, site.shapeVector(shape));
}
