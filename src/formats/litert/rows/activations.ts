import { decline } from '../../../lowering/decline.js';
import { expectArithmetic, floatInput } from '../../../lowering/operands.js';
import * as operators from '../../../operators/index.js';
import { clipped } from '../activation.js';
import type { Builder, Ref } from '../builder.js';
import { ACTIVATIONS } from '../operations/index.js';
import { type Row, row, type Site } from '../row.js';

/** The operators of the activations that kernels compute along with their results. */
const OPERATORS: ReadonlyMap<number | undefined, string> = new Map([
  [ACTIVATIONS.RELU, 'RELU'],
  [ACTIVATIONS.RELU6, 'RELU6'],
  [ACTIVATIONS.RELU_N1_TO_1, 'RELU_N1_TO_1'],
]);

/** scale * expm1(min(x, 0)): what is below 0 of the exponential units, whose own kernel has a fixed factor. */
function belowZero(build: Builder, x: Ref, scale: number): Ref {
  const unit = build.op('ELU', [build.atMost(x, build.float(0))]);
  return scale === 1 ? unit : build.mul(unit, build.float(scale));
}

/** 1 where a test of x against a limit holds, else 0. */
function indicator(build: Builder, test: 'LESS' | 'GREATER', x: Ref, limit: number): Ref {
  return build.cast(build.op(test, [x, build.float(limit)]), 'bool', 'float32');
}

/** Whether the kernel's own broadcasting takes a slope: one number, or one for each element of the last axes. */
function isSlope(x: Ref, slope: Ref): boolean {
  return slope.shape.length <= x.shape.length && slope.shape.slice(0, -1).every((size) => size === 1);
}

function clipByTwo(site: Site, x: Ref): Ref {
  const raised = site.has(1) ? site.build.atLeast(x, site.input(1)) : x;
  return site.has(2) ? site.build.atMost(raised, site.input(2)) : raised;
}

/** Activations with attributes. */
export const activationRows: readonly Row[] = [
  row(operators.leakyRelu, (site, { alpha }) => site.build.op('LEAKY_RELU', [floatInput(site)], { alpha })),

  row(operators.pRelu, (site) => {
    const { build } = site;
    const x = floatInput(site);
    const slope = site.broadcast(1);
    if (slope.constant && isSlope(x, slope)) return build.op('PRELU', [x, slope]);
    return build.add(build.op('RELU', [x]), build.mul(build.atMost(x, build.float(0)), slope));
  }),

  row(operators.elu, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    if (alpha === 1) return build.op('ELU', [x]);
    return build.add(build.op('RELU', [x]), belowZero(build, x, alpha));
  }),

  row(operators.selu, (site, { alpha, gamma }) => {
    const { build } = site;
    const x = floatInput(site);
    const above = build.mul(build.op('RELU', [x]), build.float(gamma));
    return build.add(above, belowZero(build, x, alpha * gamma));
  }),

  row(operators.celu, (site, { alpha }) => {
    if (alpha <= 0) return decline('of an alpha that is not positive');
    const { build } = site;
    const x = floatInput(site);
    const scaled = build.mul(x, build.float(1 / alpha));
    return build.add(build.op('RELU', [x]), belowZero(build, scaled, alpha));
  }),

  row(operators.gelu, (site, { approximate }) =>
    site.build.op('GELU', [floatInput(site)], { approximate: Number(approximate !== 'none') }),
  ),

  /** At the usual slope by a sum with RELU6, which XNNPACK has; it has no limits of 0 and 1. */
  row(operators.hardSigmoid, (site, { alpha, beta }) => {
    const { build } = site;
    const x = floatInput(site);
    if (Math.abs(alpha - 1 / 6) < 1e-7 && beta === 0.5) {
      const six = build.op('ADD', [x, build.float(3)], { activation: ACTIVATIONS.RELU6 });
      return build.mul(six, build.float(1 / 6));
    }
    return build.clip(build.add(build.mul(x, build.float(alpha)), build.float(beta)), 0, 1);
  }),

  row(operators.hardSwish, (site) => site.build.op('HARD_SWISH', [floatInput(site)])),

  row(operators.swish, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    const inner = alpha === 1 ? x : build.mul(x, build.float(alpha));
    return build.mul(x, build.op('LOGISTIC', [inner]));
  }),

  /** x above alpha, else 0: what is masked is bounded first, as 0 times an infinity is no number. */
  row(operators.thresholdedRelu, (site, { alpha }) => {
    const { build } = site;
    const x = floatInput(site);
    return build.mul(build.atLeast(x, build.float(alpha)), indicator(build, 'GREATER', x, alpha));
  }),

  row(operators.shrink, (site, { bias, lambd }) => {
    const { build } = site;
    if (lambd < 0) return decline('of a negative lambd');
    const x = floatInput(site);
    const below = build.add(build.atMost(x, build.float(-lambd)), build.float(bias));
    const above = build.add(build.atLeast(x, build.float(lambd)), build.float(-bias));
    const isBelow = indicator(build, 'LESS', x, -lambd);
    return build.add(build.mul(below, isBelow), build.mul(above, indicator(build, 'GREATER', x, lambd)));
  }),

  row(operators.clip, (site, { min, max }) => {
    expectArithmetic(site);
    const { build } = site;
    const x = site.input(0);
    if (site.kind(0) !== 'float32' || min === undefined || max === undefined) return clipByTwo(site, x);
    if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return x;
    const own = OPERATORS.get(clipped(min, max));
    if (own) return build.op(own, [x]);
    const raised = min === Number.NEGATIVE_INFINITY ? x : build.atLeast(x, build.float(min));
    return max === Number.POSITIVE_INFINITY ? raised : build.atMost(raised, build.float(max));
  }),
];
