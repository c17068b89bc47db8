import * as operators from '../../operators/index.js';
import type { Builder } from '../builder.js';
import { decline } from '../decline.js';
import type { Kind } from '../elements.js';
import { floatInput } from '../operands.js';
import { type CommonRow, type CommonSite, commonRow } from '../row.js';

/** scale * expm1(min(x, 0)): what is below 0 of the exponential units, whose own kernels have fixed factors. */
function belowZero<Ref>(build: Builder<Ref, Kind>, x: Ref, scale: number): Ref {
  const unit = build.apply('Elu', build.atMost(x, build.float(0)));
  return scale === 1 ? unit : build.mul(unit, build.float(scale));
}

/** x on one side of a limit, shifted, else 0: what is masked is bounded first, as 0 times an infinity is no number. */
function beyond<Ref>(
  build: Builder<Ref, Kind>,
  x: Ref,
  side: 'Less' | 'Greater',
  { limit, shift }: { readonly limit: number; readonly shift?: number },
): Ref {
  const bound = build.float(limit);
  const kept = side === 'Less' ? build.atMost(x, bound) : build.atLeast(x, bound);
  const shifted = shift === undefined ? kept : build.add(kept, build.float(shift));
  return build.mul(shifted, build.cast(build.apply(side, x, bound), 'bool', 'float32'));
}

/** Activations with attributes. */
export const commonActivationRows: readonly CommonRow[] = [
  commonRow(operators.elu, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    if (alpha === 1) return build.apply('Elu', x);
    return build.add(build.apply('Relu', x), belowZero(build, x, alpha));
  }),

  commonRow(operators.selu, (site, { alpha, gamma }) => {
    const { build } = site;
    const x = floatInput(site);
    const above = build.mul(build.apply('Relu', x), build.float(gamma));
    return build.add(above, belowZero(build, x, alpha * gamma));
  }),

  commonRow(operators.celu, (site, { alpha }) => {
    if (alpha <= 0) return decline('of an alpha that is not positive');
    const { build } = site;
    const x = floatInput(site);
    const scaled = build.mul(x, build.float(1 / alpha));
    return build.add(build.apply('Relu', x), belowZero(build, scaled, alpha));
  }),

  commonRow(operators.swish, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    const inner = alpha === 1 ? x : build.mul(x, build.float(alpha));
    return build.mul(x, build.apply('Sigmoid', inner));
  }),

  commonRow(operators.thresholdedRelu, (site, { alpha }) =>
    beyond(site.build, floatInput(site), 'Greater', { limit: alpha }),
  ),

  commonRow(operators.shrink, (site, { bias, lambd }) => {
    const { build } = site;
    if (lambd < 0) return decline('of a negative lambd');
    const x = floatInput(site);
    const below = beyond(build, x, 'Less', { limit: -lambd, shift: bias });
    return build.add(below, beyond(build, x, 'Greater', { limit: lambd, shift: -bias }));
  }),
];

/** Between operands 1 and 2, each of which may be left out; the upper where they cross. */
export function clippedByTwo<Ref>(site: CommonSite<Ref>, x: Ref): Ref {
  const { build } = site;
  const raised = site.has(1) ? build.atLeast(x, site.input(1)) : x;
  return site.has(2) ? build.atMost(raised, site.input(2)) : raised;
}
