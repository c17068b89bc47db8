import { decline } from '../../../lowering/decline.js';
import { broadcastOperands, expectArithmetic } from '../../../lowering/operands.js';
import { commonArithmeticRows, powerByProducts } from '../../../lowering/rows/arithmetic.js';
import { mergedShape, type Run, runsOf } from '../../../lowering/runs.js';
import type { Dimension } from '../../../model/index.js';
import type { Operator } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

function pair(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    expectArithmetic(site);
    return site.build.op(op, broadcastOperands(site));
  });
}

/** By products, which stay exact; the kernel computes in floats, and ends where they exceed int32 instead of wrapping. */
function integerPower(site: Site, base: Ref): Ref {
  expectArithmetic(site);
  const constant = site.constant(1) ?? decline(`of ${site.value(0).dtype} to a power that is computed`);
  const exponents = new Set(constant.toFloat64());
  const [exponent = 0] = exponents;
  if (exponents.size > 1) return decline(`of ${site.value(0).dtype} to powers that differ`);
  if (!Number.isInteger(exponent) || exponent < 0) return decline(`of ${site.value(0).dtype} to the power ${exponent}`);
  return powerByProducts(site, base, exponent);
}

/** Tests of any type TensorFlow.js has; integers of 64 bits are compared as the 32 bits they are held in. */
function test(operator: Operator<unknown>, op: string): Row {
  return row(operator, (site) => {
    site.kind(0);
    return site.build.op(op, broadcastOperands(site));
  });
}

const MOST_SELECTED_RANK = 4;

/** An operand's sizes as they broadcast to the result in memory. */
function broadcastShape(site: Site, index: number): Dimension[] {
  const shape = site.onnxShape(index);
  const order = site.resultOrder();
  return order.map((axis) => shape[axis - (order.length - shape.length)] ?? 1);
}

/** Neighbouring axes along which each operand either broadcasts or does not; those of size 1 are in none of them. */
function sharedRuns(result: readonly Dimension[], shapes: readonly (readonly Dimension[])[]): Run[] {
  const axes = result.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const isSpread = (shape: readonly Dimension[], axis: number) => {
    if (shape[axis] === 1) return true;
    return shape[axis] === result[axis] ? false : decline('of sizes that are not known; fix them with --shape');
  };
  const patterns = axes.map((axis) => shapes.map((shape) => isSpread(shape, axis)).join());
  const runs = runsOf(axes.length, (before, axis) => patterns[before] === patterns[axis]);
  return runs.map((run) => run.map((at) => axes[at] ?? 0));
}

/** Element by element, with broadcasting. */
export const arithmeticRows: readonly Row[] = [
  pair(operators.add, 'AddV2'),
  pair(operators.sub, 'Sub'),
  pair(operators.mul, 'Mul'),

  /** Integers are cut towards zero; the kernel's own division of them rounds down. */
  row(operators.div, (site) => {
    expectArithmetic(site);
    const { build } = site;
    const kind = site.kind(0);
    const [a, b] = broadcastOperands(site).map((x) => build.cast(x, kind, 'float32'));
    return build.cast(build.op('RealDiv', [a ?? '', b ?? '']), 'float32', kind);
  }),

  row(operators.pow, (site) => {
    const { build } = site;
    const [a = '', b = ''] = broadcastOperands(site);
    if (site.kind(0) !== 'float32') return integerPower(site, a);
    const exponent = site.constant(1);
    const isSquare = exponent?.size === 1 && exponent.toFloat64()[0] === 2;
    if (isSquare && site.onnxShape(0).length >= exponent.shape.length) return build.op('Square', [a]);
    return build.op('Pow', [a, build.cast(b, site.kind(1), 'float32')]);
  }),
  ...commonArithmeticRows,
  test(operators.equal, 'Equal'),
  test(operators.greater, 'Greater'),
  test(operators.greaterOrEqual, 'GreaterEqual'),
  test(operators.less, 'Less'),
  test(operators.lessOrEqual, 'LessEqual'),
  test(operators.and, 'LogicalAnd'),
  test(operators.or, 'LogicalOr'),
  test(operators.xor, 'NotEqual'),

  row(operators.not, (site) => site.build.op('LogicalNot', [site.input(0)])),

  row(operators.where, (site) => {
    site.resultKind();
    const operands = broadcastOperands(site);
    if (site.resultOnnxShape().length <= MOST_SELECTED_RANK) return site.build.op('SelectV2', operands);
    const shapes = operands.map((_, index) => broadcastShape(site, index));
    const runs = sharedRuns(site.resultShape(), shapes);
    if (runs.length > MOST_SELECTED_RANK)
      return decline(`a choice between tensors of more than ${MOST_SELECTED_RANK} axes`);
    const merged = operands.map((x, index) => site.reshape(x, mergedShape(shapes[index] ?? [], runs)));
    return site.reshape(site.build.op('SelectV2', merged), site.resultShape());
  }),
];
