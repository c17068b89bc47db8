import { decline } from '../../../lowering/decline.js';
import { expectArithmetic, expectFloat, floatInput } from '../../../lowering/operands.js';
import { reducedAxes } from '../../../lowering/reduced-axes.js';
import type { Operator, ReduceParameters } from '../../../operators/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { magnitude } from '../operands.js';
import { type Row, row, type Site } from '../row.js';
import { TYPE_CODES } from '../schema.js';

const square = (site: Site, x: Ref) => site.build.mul(x, x);

/** `before`, the reduction, `after`; each of one operand, or nothing. */
function reduction(
  operator: Operator<ReduceParameters>,
  op: string,
  around: { before?: (site: Site, x: Ref) => Ref; after?: string } = {},
): Row {
  return row(operator, (site, parameters) => {
    const { build } = site;
    const axes = reducedAxes(site, parameters);
    const isFloatOnly = op === 'MEAN' || around.after !== undefined;
    if (isFloatOnly) expectFloat(site);
    if (site.kind(0) === 'bool') return reduceBool(site, op, axes, parameters.keepDims);
    expectArithmetic(site);
    const x = around.before ? around.before(site, site.input(0)) : site.input(0);
    const reduced = axes.length === 0 ? x : reduce(site, op, x, axes, parameters.keepDims);
    return around.after ? build.op(around.after, [reduced]) : reduced;
  });
}

/** Kernels add one element after another in float32; beyond so many that error is larger than what may be told apart. */
const LONGEST_SUM = 2 ** 14;

/** A reduction; sums of many elements axis by axis, so that no sum is as long as all of them. */
function reduce({ build }: Site, op: string, x: Ref, axes: readonly number[], keepDims: boolean): Ref {
  const isSum = op === 'SUM' || op === 'MEAN';
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  if (!isSum || count <= LONGEST_SUM) return build.reduce(op, x, axes, keepDims);
  // From the last on, so that the others keep their places where an axis goes.
  return axes.toSorted((a, b) => b - a).reduce((sum, axis) => build.reduce(op, sum, [axis], keepDims), x);
}

function reduceBool(site: Site, op: string, axes: readonly number[], keepDims: boolean): Ref {
  const logical = op === 'REDUCE_MAX' ? 'REDUCE_ANY' : op === 'REDUCE_MIN' ? 'REDUCE_ALL' : decline('of bool');
  return axes.length === 0 ? site.input(0) : site.build.reduce(logical, site.input(0), axes, keepDims);
}

function arg(operator: typeof operators.argMax, op: string): Row {
  return row(operator, (site, { axis, keepDims, selectLastIndex }) => {
    const { build } = site;
    expectArithmetic(site);
    const at = site.axis(axis);
    const size = site.shape(0)[at];
    const find = (x: Ref) => build.op(op, [x, build.int(at)], { outputType: TYPE_CODES.get('int32') ?? 0 });
    const fromEnd = () => {
      if (typeof size !== 'number') return decline('the last index along an axis of unknown size');
      return build.sub(build.int(size - 1), find(build.op('REVERSE_V2', [site.input(0), build.ints([at])])));
    };
    const index = selectLastIndex ? fromEnd() : find(site.input(0));
    return keepDims ? build.expandDims(index, at) : index;
  });
}

/** Reductions, and the places of extremes. */
export const reductionRows: readonly Row[] = [
  reduction(operators.reduceMean, 'MEAN'),
  reduction(operators.reduceSum, 'SUM'),
  reduction(operators.reduceMax, 'REDUCE_MAX'),
  reduction(operators.reduceMin, 'REDUCE_MIN'),
  reduction(operators.reduceProd, 'REDUCE_PROD'),
  reduction(operators.reduceL1, 'SUM', { before: magnitude }),
  reduction(operators.reduceL2, 'SUM', { before: square, after: 'SQRT' }),
  reduction(operators.reduceLogSum, 'SUM', { after: 'LOG' }),
  reduction(operators.reduceSumSquare, 'SUM', { before: square }),

  /** log(sum(exp(x))), with the greatest taken out so that nothing overflows. */
  row(operators.reduceLogSumExp, (site, parameters) => {
    const { build } = site;
    const x = floatInput(site);
    const axes = reducedAxes(site, parameters);
    if (axes.length === 0) return x;
    const greatest = build.reduce('REDUCE_MAX', x, axes, true);
    const powers = build.op('EXP', [build.sub(x, greatest)]);
    const sum = build.op('LOG', [build.reduce('SUM', powers, axes, true)]);
    const result = build.add(sum, greatest);
    return parameters.keepDims ? result : site.reshape(result, site.resultShape());
  }),

  /** The mean over all of space, which stays as ones: a window of the whole would be another where sizes change. */
  row(operators.globalAveragePool, (site) => {
    const x = floatInput(site);
    return reduce(site, 'MEAN', x, spatialAxes(site), true);
  }),
  row(operators.globalMaxPool, (site) => {
    const x = floatInput(site);
    return site.build.reduce('REDUCE_MAX', x, spatialAxes(site), true);
  }),
  arg(operators.argMax, 'ARG_MAX'),
  arg(operators.argMin, 'ARG_MIN'),
];

function spatialAxes(site: Site): number[] {
  return Array.from({ length: site.onnxShape(0).length - 2 }, (_, axis) => axis + 1);
}
