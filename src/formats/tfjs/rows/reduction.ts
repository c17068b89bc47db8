import type { Reduction } from '../../../lowering/builder.js';
import { lowerReduction, placeOfExtreme, reduceLogSumExpRow, reductions } from '../../../lowering/reduction.js';
import { around, mergedShape } from '../../../lowering/runs.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';
import { slidePool } from './pooling.js';

/** A mean over the whole plane of a channels-last value is a pool: 5 to 12 times faster in wasm. */
function reduceOver(site: Site, reduction: Reduction, x: Ref, axes: readonly number[], keepDims: boolean): Ref {
  const shape = site.shape(0);
  const [height, width] = [shape[1], shape[2]];
  const isPlane =
    shape.length === 4 && axes.join() === '1,2' && typeof height === 'number' && typeof width === 'number';
  if (reduction !== 'Mean' || !isPlane) return site.build.reduce(reduction, x, axes, keepDims);
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

function extreme(operator: typeof operators.argMax): Row {
  return row(operator, (site, parameters) =>
    placeOfExtreme(site, parameters, {
      first: (x, axis) => site.build.op(operator.name, [x, site.build.int(axis)]),
      reversed: (axis) => reversed(site, axis),
    }),
  );
}

/** Reductions, and the places of extremes. */
export const reductionRows: readonly Row[] = [
  ...reductions.map(([operator, steps]) =>
    row(operator, (site, parameters) =>
      lowerReduction(site, parameters, steps, {
        reduce: (...reduction) => reduceOver(site, ...reduction),
        square: (x) => site.build.op('Square', [x]),
      }),
    ),
  ),
  reduceLogSumExpRow,
  extreme(operators.argMax),
  extreme(operators.argMin),
];
