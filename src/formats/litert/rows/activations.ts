import { expectArithmetic, floatInput } from '../../../lowering/operands.js';
import { clippedByTwo, commonActivationRows } from '../../../lowering/rows/activations.js';
import * as operators from '../../../operators/index.js';
import { clipped } from '../activation.js';
import type { Ref } from '../builder.js';
import { ACTIVATIONS } from '../operations/index.js';
import { type Row, row } from '../row.js';

/** The operators of the activations that kernels compute along with their results. */
const OPERATORS: ReadonlyMap<number | undefined, string> = new Map([
  [ACTIVATIONS.RELU, 'RELU'],
  [ACTIVATIONS.RELU6, 'RELU6'],
  [ACTIVATIONS.RELU_N1_TO_1, 'RELU_N1_TO_1'],
]);

/** Whether the kernel's own broadcasting takes a slope: one number, or one for each element of the last axes. */
function isSlope(x: Ref, slope: Ref): boolean {
  return slope.shape.length <= x.shape.length && slope.shape.slice(0, -1).every((size) => size === 1);
}

/** Activations with attributes. */
export const activationRows: readonly Row[] = [
  ...commonActivationRows,

  row(operators.leakyRelu, (site, { alpha }) => site.build.op('LEAKY_RELU', [floatInput(site)], { alpha })),

  row(operators.pRelu, (site) => {
    const { build } = site;
    const x = floatInput(site);
    const slope = site.broadcast(1);
    if (slope.constant && isSlope(x, slope)) return build.op('PRELU', [x, slope]);
    return build.add(build.op('RELU', [x]), build.mul(build.atMost(x, build.float(0)), slope));
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

  row(operators.clip, (site, { min, max }) => {
    expectArithmetic(site);
    const { build } = site;
    const x = site.input(0);
    if (site.kind(0) !== 'float32' || min === undefined || max === undefined) return clippedByTwo(site, x);
    if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return x;
    const own = OPERATORS.get(clipped(min, max));
    if (own) return build.op(own, [x]);
    const raised = min === Number.NEGATIVE_INFINITY ? x : build.atLeast(x, build.float(min));
    return max === Number.POSITIVE_INFINITY ? raised : build.atMost(raised, build.float(max));
  }),
];
