import type { Reduction } from '../../../lowering/builder.js';
import { floatInput } from '../../../lowering/operands.js';
import { lowerReduction, placeOfExtreme, reduceLogSumExpRow, reductions } from '../../../lowering/reduction.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';
import { TYPE_CODES } from '../schema.js';

/** Kernels add one element after another in float32; beyond so many that error is larger than what may be told apart. */
const LONGEST_SUM = 2 ** 14;

/** A reduction; sums of many elements axis by axis, so that no sum is as long as all of them. */
function reduce({ build }: Site, reduction: Reduction, x: Ref, axes: readonly number[], keepDims: boolean): Ref {
  const isSum = reduction === 'Sum' || reduction === 'Mean';
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  if (!isSum || count <= LONGEST_SUM) return build.reduce(reduction, x, axes, keepDims);
  // From the last on, so that the others keep their places where an axis goes.
  return axes.toSorted((a, b) => b - a).reduce((sum, axis) => build.reduce(reduction, sum, [axis], keepDims), x);
}

function extreme(operator: typeof operators.argMax, op: string): Row {
  return row(operator, (site, parameters) => {
    const { build } = site;
    return placeOfExtreme(site, parameters, {
      first: (x, axis) => build.op(op, [x, build.int(axis)], { outputType: TYPE_CODES.get('int32') ?? 0 }),
      reversed: (axis) => build.op('REVERSE_V2', [site.input(0), build.ints([axis])]),
    });
  });
}

/** Reductions, and the places of extremes. */
export const reductionRows: readonly Row[] = [
  ...reductions.map(([operator, steps]) =>
    row(operator, (site, parameters) =>
      lowerReduction(site, parameters, steps, {
        reduce: (...reduction) => reduce(site, ...reduction),
        square: (x) => site.build.mul(x, x),
      }),
    ),
  ),
  reduceLogSumExpRow,

  /** The mean over all of space, which stays as ones: a window of the whole would be another where sizes change. */
  row(operators.globalAveragePool, (site) => {
    const x = floatInput(site);
    return reduce(site, 'Mean', x, spatialAxes(site), true);
  }),
  row(operators.globalMaxPool, (site) => {
    const x = floatInput(site);
    return site.build.reduce('Max', x, spatialAxes(site), true);
  }),
  extreme(operators.argMax, 'ARG_MAX'),
  extreme(operators.argMin, 'ARG_MIN'),
];

function spatialAxes(site: Site): number[] {
  return Array.from({ length: site.onnxShape(0).length - 2 }, (_, axis) => axis + 1);
}
