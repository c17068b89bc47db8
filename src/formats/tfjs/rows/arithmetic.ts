import type { Operator } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { decline } from '../decline.js';
import { expectArithmetic, expectFloat } from '../operands.js';
import { cast } from '../ops.js';
import { type Row, row } from '../row.js';
import type { Site } from '../site.js';

function operandsOf(site: Site): Ref[] {
  return site.node.inputs.map((_, index) => site.broadcast(index));
}

function pair(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    expectArithmetic(site);
    return site.build.op(op, operandsOf(site));
  });
}

/** Integers are cut towards zero; the kernel's own division of them rounds down. */
const div = row(operators.div, (site) => {
  expectArithmetic(site);
  const { build } = site;
  const kind = site.kind(0);
  const [a, b] = operandsOf(site).map((x) => cast(build, x, kind, 'float32'));
  return cast(build, build.op('RealDiv', [a ?? '', b ?? '']), 'float32', kind);
});

/** The kernel has the sign of the divisor. That of the dividend comes from the remainder of magnitudes. */
const mod = row(operators.mod, (site, { fmod }) => {
  expectArithmetic(site);
  const { build } = site;
  const [a = '', b = ''] = operandsOf(site);
  if (!fmod) return site.kind(0) === 'float32' ? decline('fmod 0 of floats') : build.op('FloorMod', [a, b]);
  const rest = build.op('FloorMod', [build.op('Abs', [a]), build.op('Abs', [b])]);
  const zero = site.kind(0) === 'float32' ? build.float(0) : build.int(0);
  const isNegative = cast(build, build.op('Less', [a, zero]), 'bool', site.kind(0));
  const two = site.kind(0) === 'float32' ? build.float(2) : build.int(2);
  return build.op('Sub', [rest, build.op('Mul', [build.op('Mul', [isNegative, two]), rest])]);
});

const pow = row(operators.pow, (site) => {
  expectFloat(site);
  const [a = '', b = ''] = operandsOf(site);
  const exponent = site.constant(1);
  if (exponent?.size === 1 && exponent.toFloat64()[0] === 2) return site.build.op('Square', [site.input(0)]);
  return site.build.op('Pow', [a, cast(site.build, b, site.kind(1), 'float32')]);
});

/** Any number of operands, two at a time. */
function chain(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => chained(site, op));
}

function chained(site: Site, op: string): Ref {
  expectArithmetic(site);
  return operandsOf(site).reduce((a, b) => site.build.op(op, [a, b]));
}

const mean = row(operators.mean, (site) => {
  expectFloat(site);
  const total = chained(site, 'AddV2');
  const count = site.node.inputs.length;
  return count === 1 ? total : site.build.op('RealDiv', [total, site.build.float(count)]);
});

/** Tests of any type TensorFlow.js has; integers of 64 bits are compared as the 32 bits they are held in. */
function test(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    site.kind(0);
    return site.build.op(op, operandsOf(site));
  });
}

const not = row(operators.not, (site) => site.build.op('LogicalNot', [site.input(0)]));

const where = row(operators.where, (site) => {
  if (site.resultOnnxShape().length > 4) return decline('a choice between tensors of more than 4 axes');
  site.resultKind();
  return site.build.op('SelectV2', operandsOf(site));
});

/** Element by element, with broadcasting. */
export const arithmeticRows: readonly Row[] = [
  pair(operators.add, 'AddV2'),
  pair(operators.sub, 'Sub'),
  pair(operators.mul, 'Mul'),
  div,
  mod,
  pow,
  chain(operators.max, 'Maximum'),
  chain(operators.min, 'Minimum'),
  chain(operators.sum, 'AddV2'),
  mean,
  test(operators.equal, 'Equal'),
  test(operators.greater, 'Greater'),
  test(operators.greaterOrEqual, 'GreaterEqual'),
  test(operators.less, 'Less'),
  test(operators.lessOrEqual, 'LessEqual'),
  test(operators.and, 'LogicalAnd'),
  test(operators.or, 'LogicalOr'),
  test(operators.xor, 'NotEqual'),
  not,
  where,
];
