import type { ArgParameters, Operator, ReduceParameters } from '../operators/index.js';
import * as operators from '../operators/index.js';
import type { Reduction } from './builder.js';
import { decline } from './decline.js';
import { expectArithmetic, expectFloat, floatInput, magnitude } from './operands.js';
import { reducedAxes } from './reduced-axes.js';
import { type CommonSite, commonRow } from './row.js';

/** What is done to the elements, how they are reduced, and what is done to the result. */
export interface ReductionSteps {
  readonly before?: 'magnitude' | 'square';
  readonly reduction: Reduction;
  readonly after?: 'Log' | 'Sqrt';
}

/** What every operator that reduces does. */
export const reductions: readonly (readonly [Operator<ReduceParameters>, ReductionSteps])[] = [
  [operators.reduceMean, { reduction: 'Mean' }],
  [operators.reduceSum, { reduction: 'Sum' }],
  [operators.reduceMax, { reduction: 'Max' }],
  [operators.reduceMin, { reduction: 'Min' }],
  [operators.reduceProd, { reduction: 'Prod' }],
  [operators.reduceL1, { before: 'magnitude', reduction: 'Sum' }],
  [operators.reduceL2, { before: 'square', reduction: 'Sum', after: 'Sqrt' }],
  [operators.reduceLogSum, { reduction: 'Sum', after: 'Log' }],
  [operators.reduceSumSquare, { before: 'square', reduction: 'Sum' }],
];

/** What a target has ways of its own for. */
export interface OwnReductions<Ref> {
  /** The reduction of numbers over axes in memory, of which there is one at least. */
  readonly reduce: (reduction: Reduction, x: Ref, axes: readonly number[], keepDims: boolean) => Ref;
  /** Of floats and integers. */
  readonly square: (x: Ref) => Ref;
}

/** A reduction of numbers or truth values. @throws Declined */
export function lowerReduction<Ref>(
  site: CommonSite<Ref>,
  parameters: ReduceParameters,
  { before, reduction, after }: ReductionSteps,
  { reduce, square }: OwnReductions<Ref>,
): Ref {
  const axes = reducedAxes(site, parameters);
  if (reduction === 'Mean' || after) expectFloat(site);
  if (site.kind(0) === 'bool') return reduceBool(site, reduction, axes, parameters.keepDims);
  expectArithmetic(site);
  const input = site.input(0);
  const x = before === 'magnitude' ? magnitude(site, input) : before === 'square' ? square(input) : input;
  const reduced = axes.length === 0 ? x : reduce(reduction, x, axes, parameters.keepDims);
  return after ? site.build.apply(after, reduced) : reduced;
}

function reduceBool<Ref>(site: CommonSite<Ref>, reduction: Reduction, axes: readonly number[], keepDims: boolean): Ref {
  const logical = reduction === 'Max' ? 'Any' : reduction === 'Min' ? 'All' : decline('of bool');
  return axes.length === 0 ? site.input(0) : site.build.reduce(logical, site.input(0), axes, keepDims);
}

/** What a target finds extremes by. */
export interface Finding<Ref> {
  /** Where along an axis in memory the first extreme of x stands; the axis goes. */
  readonly first: (x: Ref, axis: number) => Ref;
  /** The operand with the elements along an axis in memory from last to first. */
  readonly reversed: (axis: number) => Ref;
}

/** Where along an axis the extreme stands, the first or the last of its like. @throws Declined */
export function placeOfExtreme<Ref>(
  site: CommonSite<Ref>,
  { axis, keepDims, selectLastIndex }: ArgParameters,
  { first, reversed }: Finding<Ref>,
): Ref {
  const { build } = site;
  expectArithmetic(site);
  const at = site.axis(axis);
  const size = site.shape(0)[at];
  const last = () => {
    if (typeof size !== 'number') return decline('the last index along an axis of unknown size');
    return build.sub(build.int(size - 1), first(reversed(at), at));
  };
  const index = selectLastIndex ? last() : first(site.input(0), at);
  return keepDims ? build.expandDims(index, at) : index;
}

/** log(sum(exp(x))), with the greatest taken out so that nothing overflows. */
export const reduceLogSumExpRow = commonRow(operators.reduceLogSumExp, (site, parameters) => {
  const { build } = site;
  const x = floatInput(site);
  const axes = reducedAxes(site, parameters);
  if (axes.length === 0) return x;
  const greatest = build.reduce('Max', x, axes, true);
  const powers = build.apply('Exp', build.sub(x, greatest));
  const sum = build.apply('Log', build.reduce('Sum', powers, axes, true));
  const result = build.add(sum, greatest);
  return parameters.keepDims ? result : site.reshape(result, site.resultShape());
});
