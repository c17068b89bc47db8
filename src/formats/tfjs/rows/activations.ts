import { decline } from '../../../lowering/decline.js';
import { expectArithmetic, expectFloat, floatInput } from '../../../lowering/operands.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Builder, Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/** scale * expm1(min(x, 0)): what is below 0 of the exponential units, whose own kernels have fixed factors. */
function belowZero(build: Builder, x: Ref, scale: number): Ref {
  const unit = build.op('Elu', [build.op('Minimum', [x, build.float(0)])]);
  return scale === 1 ? unit : build.op('Mul', [unit, build.float(scale)]);
}

/** sqrt(2 / pi) * (x + 0.044715 * x^3) */
function tanhArgument(build: Builder, x: Ref): Ref {
  const scale = Math.sqrt(2 / Math.PI);
  const squared = build.op('Mul', [build.op('Square', [x]), build.float(0.044715 * scale)]);
  return build.op('Mul', [x, build.op('AddV2', [squared, build.float(scale)])]);
}

/** relu6(x + 3), six times x's hard sigmoid. */
function hardSix(build: Builder, x: Ref): Ref {
  return build.op('Relu6', [build.op('AddV2', [x, build.float(3)])]);
}

/** 1 where a test of x against a limit holds, else 0. */
function indicator(build: Builder, test: 'Less' | 'Greater', x: Ref, limit: number): Ref {
  return build.cast(build.op(test, [x, build.float(limit)]), 'bool', 'float32');
}

/** wasm's clip ignores the upper bound of integers, and the loader refuses bounds that cross; ONNX then gives the upper. */
function clipByTwo(site: Site, x: Ref): Ref {
  const raised = site.has(1) ? site.build.op('Maximum', [x, site.input(1)]) : x;
  return site.has(2) ? site.build.op('Minimum', [raised, site.input(2)]) : raised;
}

/** Activations with attributes. */
export const activationRows: readonly Row[] = [
  row(operators.leakyRelu, (site, { alpha }) =>
    site.build.op('LeakyRelu', [floatInput(site)], { alpha: attribute.float(alpha) }),
  ),

  /** max(x, 0) + slope * min(x, 0): the Prelu kernel broadcasts no more than a vector. */
  row(operators.pRelu, (site) => {
    const { build } = site;
    const x = floatInput(site);
    const slope = site.broadcast(1);
    const below = build.op('Mul', [build.op('Minimum', [x, build.float(0)]), slope]);
    return build.op('AddV2', [build.op('Relu', [x]), below]);
  }),

  row(operators.elu, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    if (alpha === 1) return build.op('Elu', [x]);
    return build.op('AddV2', [build.op('Relu', [x]), belowZero(build, x, alpha)]);
  }),

  row(operators.selu, (site, { alpha, gamma }) => {
    const { build } = site;
    const x = floatInput(site);
    const above = build.op('Mul', [build.op('Relu', [x]), build.float(gamma)]);
    return build.op('AddV2', [above, belowZero(build, x, alpha * gamma)]);
  }),

  row(operators.celu, (site, { alpha }) => {
    if (alpha <= 0) return decline('of an alpha that is not positive');
    const { build } = site;
    const x = floatInput(site);
    const scaled = build.op('Mul', [x, build.float(1 / alpha)]);
    return build.op('AddV2', [build.op('Relu', [x]), belowZero(build, scaled, alpha)]);
  }),

  row(operators.gelu, (site, { approximate }) => {
    const { build } = site;
    const x = floatInput(site);
    const times = (a: Ref, factor: number) => build.op('Mul', [a, build.float(factor)]);
    const share =
      approximate === 'none' ? build.op('Erf', [times(x, Math.SQRT1_2)]) : build.op('Tanh', [tanhArgument(build, x)]);
    return build.op('Mul', [times(x, 0.5), build.op('AddV2', [share, build.float(1)])]);
  }),

  row(operators.hardSigmoid, (site, { alpha, beta }) => {
    const { build } = site;
    const x = floatInput(site);
    if (Math.abs(alpha - 1 / 6) < 1e-7 && beta === 0.5) return build.op('Mul', [hardSix(build, x), build.float(1 / 6)]);
    const line = build.op('AddV2', [build.op('Mul', [x, build.float(alpha)]), build.float(beta)]);
    return build.clip(line, 0, 1);
  }),

  row(operators.hardSwish, (site) => {
    const { build } = site;
    const x = floatInput(site);
    return build.op('Mul', [build.op('Mul', [x, build.float(1 / 6)]), hardSix(build, x)]);
  }),

  row(operators.swish, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    const inner = alpha === 1 ? x : build.op('Mul', [x, build.float(alpha)]);
    return build.op('Mul', [x, build.op('Sigmoid', [inner])]);
  }),

  /** x above alpha, else 0: what is masked is bounded first, as 0 times an infinity is no number. */
  row(operators.thresholdedRelu, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    const kept = build.op('Maximum', [x, build.float(alpha)]);
    return build.op('Mul', [kept, indicator(build, 'Greater', x, alpha)]);
  }),

  row(operators.shrink, (site, { bias, lambd }) => {
    const { build } = site;
    expectFloat(site);
    if (lambd < 0) return decline('of a negative lambd');
    const x = site.input(0);
    const masked = (shift: number, test: 'Less' | 'Greater', limit: number) => {
      const kept = build.op(test === 'Less' ? 'Minimum' : 'Maximum', [x, build.float(limit)]);
      return build.op('Mul', [build.op('AddV2', [kept, build.float(shift)]), indicator(build, test, x, limit)]);
    };
    return build.op('AddV2', [masked(bias, 'Less', -lambd), masked(-bias, 'Greater', lambd)]);
  }),

  row(operators.clip, (site, { min, max }) => {
    expectArithmetic(site);
    const x = site.input(0);
    if (site.kind(0) !== 'float32' || min === undefined || max === undefined || min > max) return clipByTwo(site, x);
    if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return x;
    if (min === 0 && max === Number.POSITIVE_INFINITY) return site.build.op('Relu', [x]);
    if (min === 0 && max === 6) return site.build.op('Relu6', [x]);
    return site.build.clip(x, min, max);
  }),
];
