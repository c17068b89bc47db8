import { decline } from '../../../lowering/decline.js';
import { expectArithmetic, expectFloat, floatInput } from '../../../lowering/operands.js';
import { reducedAxes } from '../../../lowering/reduced-axes.js';
import { around, mergedShape } from '../../../lowering/runs.js';
import type { Operator, ReduceParameters } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { magnitude } from '../operands.js';
import { type Row, row, type Site } from '../row.js';
import { slidePool } from './pooling.js';

const square = (site: Site, x: Ref) => site.build.op('Square', [x]);

/** `before`, the reduction, `after`; each of one operand, or nothing. */
function reduction(
  operator: Operator<ReduceParameters>,
  op: string,
  around: { before?: (site: Site, x: Ref) => Ref; after?: string } = {},
): Row {
  return row(operator, (site, parameters) => {
    const { build } = site;
    const axes = reducedAxes(site, parameters);
    const isFloatOnly = op === 'Mean' || around.after !== undefined;
    if (isFloatOnly) expectFloat(site);
    if (site.kind(0) === 'bool') return reduceBool(site, op, axes, parameters.keepDims);
    expectArithmetic(site);
    const x = around.before ? around.before(site, site.input(0)) : site.input(0);
    const reduced = axes.length === 0 ? x : reduceOver(site, op, x, axes, parameters.keepDims);
    return around.after ? build.op(around.after, [reduced]) : reduced;
  });
}

function reduceBool(site: Site, op: string, axes: readonly number[], keepDims: boolean): Ref {
  const logical = op === 'Max' ? 'Any' : op === 'Min' ? 'All' : decline('of bool');
  return axes.length === 0 ? site.input(0) : site.build.reduce(logical, site.input(0), axes, keepDims);
}

/** A mean over the whole plane of a channels-last value is a pool: 5 to 12 times faster in wasm. */
function reduceOver(site: Site, op: string, x: Ref, axes: readonly number[], keepDims: boolean): Ref {
  const shape = site.shape(0);
  const [height, width] = [shape[1], shape[2]];
  const isPlane =
    shape.length === 4 && axes.join() === '1,2' && typeof height === 'number' && typeof width === 'number';
  if (op !== 'Mean' || !isPlane) return site.build.reduce(op, x, axes, keepDims);
  const pooled = slidePool(site, 'AvgPool', x, [
    { kernel: height, stride: 1 },
    { kernel: width, stride: 1 },
  ]);
  return keepDims ? pooled : site.reshape(pooled, site.resultShape());
}

/** The operand with the elements along an axis from last to first. */
function reversed(site: Site, at: number): Ref {
  const { build } = site;
  const shape = site.shape(0);
  if (shape.length <= 4) return build.op('ReverseV2', [site.input(0), build.ints([at])]);
  const flat = site.reshape(site.input(0), mergedShape(shape, around(shape.length, [at])));
  return site.reshape(build.op('ReverseV2', [flat, build.ints([Math.min(at, 1)])]), shape);
}

function arg(operator: typeof operators.argMax, op: string): Row {
  return row(operator, (site, { axis, keepDims, selectLastIndex }) => {
    const { build } = site;
    expectArithmetic(site);
    const at = site.axis(axis);
    const size = site.shape(0)[at];
    const found = () => build.op(op, [site.input(0), build.int(at)]);
    const fromEnd = () => {
      if (typeof size !== 'number') return decline('the last index along an axis of unknown size');
      return build.op('Sub', [build.int(size - 1), build.op(op, [reversed(site, at), build.int(at)])]);
    };
    const index = selectLastIndex ? fromEnd() : found();
    return keepDims ? build.expandDims(index, at) : index;
  });
}

/** Reductions, and the places of extremes. */
export const reductionRows: readonly Row[] = [
  reduction(operators.reduceMean, 'Mean'),
  reduction(operators.reduceSum, 'Sum'),
  reduction(operators.reduceMax, 'Max'),
  reduction(operators.reduceMin, 'Min'),
  reduction(operators.reduceProd, 'Prod'),
  reduction(operators.reduceL1, 'Sum', { before: magnitude }),
  reduction(operators.reduceL2, 'Sum', { before: square, after: 'Sqrt' }),
  reduction(operators.reduceLogSum, 'Sum', { after: 'Log' }),
  reduction(operators.reduceSumSquare, 'Sum', { before: square }),

  /** log(sum(exp(x))), with the greatest taken out so that nothing overflows. */
  row(operators.reduceLogSumExp, (site, parameters) => {
    const { build } = site;
    const x = floatInput(site);
    const axes = reducedAxes(site, parameters);
    if (axes.length === 0) return x;
    const greatest = build.reduce('Max', x, axes, true);
    const powers = build.op('Exp', [build.op('Sub', [x, greatest])]);
    const sum = build.op('Log', [build.reduce('Sum', powers, axes, true)]);
    const result = build.op('AddV2', [sum, greatest]);
    return parameters.keepDims ? result : site.reshape(result, site.resultShape());
  }),
  arg(operators.argMax, 'ArgMax'),
  arg(operators.argMin, 'ArgMin'),
];
