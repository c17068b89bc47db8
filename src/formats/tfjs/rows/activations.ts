import { expectArithmetic, floatInput } from '../../../lowering/operands.js';
import { clippedByTwo, commonActivationRows } from '../../../lowering/rows/activations.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Builder, Ref } from '../builder.js';
import { type Row, row } from '../row.js';

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

/** Activations with attributes. */
export const activationRows: readonly Row[] = [
  ...commonActivationRows,

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

  /** wasm's own ignores the upper bound of integers, and the loader refuses bounds that cross; ONNX then gives the upper. */
  row(operators.clip, (site, { min, max }) => {
    expectArithmetic(site);
    const x = site.input(0);
    if (site.kind(0) !== 'float32' || min === undefined || max === undefined || min > max) return clippedByTwo(site, x);
    if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return x;
    if (min === 0 && max === Number.POSITIVE_INFINITY) return site.build.op('Relu', [x]);
    if (min === 0 && max === 6) return site.build.op('Relu6', [x]);
    return site.build.clip(x, min, max);
  }),
];
