import { expectArithmetic, floatInput, indicator, numberLike } from '../../../lowering/operands.js';
import { commonFunctionRows } from '../../../lowering/rows/functions.js';
import type { Operator } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import type { Builder, Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/** A function of floats by others. */
function composed(operator: Operator<unknown>, emit: (build: Builder, x: Ref) => Ref): Row {
  return row(operator, (site) => emit(site.build, floatInput(site)));
}

/** A function of int32 as well as float32. */
function numeric(operator: Operator<unknown>, emit: (site: Site, x: Ref) => Ref): Row {
  return row(operator, (site) => {
    expectArithmetic(site);
    return emit(site, site.input(0));
  });
}

/** Beyond this the error function is 1 in float32. */
const WHOLE_ERF = 4;

/** GELU(s) + GELU(-s) is s * erf(s / sqrt(2)). What is near 0 divides by a number that is not. */
function erf(build: Builder, x: Ref): Ref {
  const inside = build.clip(x, -WHOLE_ERF, WHOLE_ERF);
  const scaled = build.mul(inside, build.float(Math.SQRT2));
  const gelu = (of: Ref) => build.op('GELU', [of], { approximate: 0 });
  const sum = build.add(gelu(scaled), gelu(build.op('NEG', [scaled])));
  const quotient = build.div(sum, build.atLeast(build.op('ABS', [scaled]), build.float(1e-6)));
  return build.mul(quotient, build.op('SIGN', [x]));
}

/** 1/13, 1/11 and so on: what is left out is below a rounding for z up to 1/3. */
const AREA_TANGENT = [13, 11, 9, 7, 5, 3, 1].map((power) => 1 / power);

/** log(1 + e) = 2 * artanh(z) with z = e / (e + 2), for e from 0 to 1, by its series: XNNPACK's logarithm is coarse near 1. */
function logOfOneMore(build: Builder, e: Ref): Ref {
  const z = build.div(e, build.add(e, build.float(2)));
  const square = build.op('SQUARE', [z]);
  const [first = 0, ...rest] = AREA_TANGENT;
  const series = rest.reduce<Ref>(
    (sum, each) => build.add(build.mul(sum, square), build.float(each)),
    build.float(first),
  );
  return build.mul(build.mul(z, series), build.float(2));
}

/** log(1 + exp(x)), without an exponential that overflows. */
function softplus(build: Builder, x: Ref): Ref {
  const power = build.op('EXP', [build.op('NEG', [build.op('ABS', [x])])]);
  return build.add(build.op('RELU', [x]), logOfOneMore(build, power));
}

/** Where tanh(log(1 + exp(x))) is 1 in float32. */
const WHOLE_MISH = 20;

/** x * tanh(log(1 + e)) = x * n / (n + 2) with n = e * (e + 2), which stays exact where e is small. */
function mish(build: Builder, x: Ref): Ref {
  const e = exp(build, build.atMost(x, build.float(WHOLE_MISH)));
  const n = build.mul(e, build.add(e, build.float(2)));
  return build.mul(x, build.div(n, build.add(n, build.float(2))));
}

/** sqrt(1 - x^2) */
function otherSide(build: Builder, x: Ref): Ref {
  const product = build.mul(build.sub(build.float(1), x), build.add(x, build.float(1)));
  return build.op('SQRT', [product]);
}

const half = (build: Builder, x: Ref) => build.mul(x, build.float(0.5));
const exp = (build: Builder, x: Ref) => build.op('EXP', [x]);
const log = (build: Builder, x: Ref) => build.op('LOG', [x]);
const opposite = (build: Builder, x: Ref) => build.op('NEG', [x]);
const angle = (build: Builder, y: Ref, x: Ref) => build.op('ATAN2', [y, x]);

/** sign(x) * log(|x| + sqrt(x^2 + 1)) */
function asinh(build: Builder, x: Ref): Ref {
  const size = build.op('ABS', [x]);
  const root = build.op('SQRT', [build.add(build.op('SQUARE', [x]), build.float(1))]);
  return build.mul(log(build, build.add(size, root)), build.op('SIGN', [x]));
}

/** log(x + sqrt(x - 1) * sqrt(x + 1)) */
function acosh(build: Builder, x: Ref): Ref {
  const root = (shift: number) => build.op('SQRT', [build.add(x, build.float(shift))]);
  return log(build, build.add(x, build.mul(root(-1), root(1))));
}

/** (log(1 + x) - log(1 - x)) / 2 */
function atanh(build: Builder, x: Ref): Ref {
  const above = log(build, build.add(x, build.float(1)));
  return half(build, build.sub(above, log(build, build.sub(build.float(1), x))));
}

/** Functions of one operand, element by element. */
export const functionRows: readonly Row[] = [
  ...commonFunctionRows,

  numeric(operators.relu, (site, x) =>
    site.kind(0) === 'float32' ? site.build.op('RELU', [x]) : site.build.atLeast(x, site.build.int(0)),
  ),
  numeric(operators.sign, (site, x) => {
    const { build } = site;
    if (site.kind(0) === 'float32') return build.op('SIGN', [x]);
    const zero = numberLike(site, 0);
    const isAbove = indicator(site, build.op('GREATER', [x, zero]));
    return build.sub(isAbove, indicator(site, build.op('LESS', [x, zero])));
  }),
  composed(operators.erf, erf),
  composed(operators.reciprocal, (build, x) => build.div(build.float(1), x)),
  composed(operators.softplus, softplus),
  composed(operators.tan, (build, x) => build.div(build.op('SIN', [x]), build.op('COS', [x]))),
  composed(operators.asin, (build, x) => angle(build, x, otherSide(build, x))),
  composed(operators.acos, (build, x) => angle(build, otherSide(build, x), x)),
  // The kernel broadcasts nothing.
  composed(operators.atan, (build, x) => angle(build, x, build.add(build.op('ZEROS_LIKE', [x]), build.float(1)))),
  composed(operators.sinh, (build, x) => half(build, build.sub(exp(build, x), exp(build, opposite(build, x))))),
  composed(operators.cosh, (build, x) => half(build, build.add(exp(build, x), exp(build, opposite(build, x))))),
  composed(operators.asinh, asinh),
  composed(operators.acosh, acosh),
  composed(operators.atanh, atanh),
  composed(operators.isNan, (build, x) => build.op('NOT_EQUAL', [x, x])),
  composed(operators.mish, mish),
  row(operators.isInf, (site, { detectNegative, detectPositive }) => {
    const { build } = site;
    const x = floatInput(site);
    const infinite = (sign: number) => build.float(sign * Number.POSITIVE_INFINITY);
    if (detectNegative && detectPositive) return build.op('EQUAL', [build.op('ABS', [x]), infinite(1)]);
    if (detectPositive || detectNegative) return build.op('EQUAL', [x, infinite(detectPositive ? 1 : -1)]);
    return build.op('LESS', [build.op('ABS', [x]), build.float(0)]);
  }),
];
