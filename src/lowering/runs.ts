import { type Dimension, isStatic, sizeOf } from '../model/index.js';

/** Neighbouring axes that an operation treats as one. */
export type Run = readonly number[];

/** All axes in their order, cut before each axis for which `joins` does not hold with the one before it. */
export function runsOf(rank: number, joins: (before: number, axis: number) => boolean): Run[] {
  const runs: number[][] = [];
  for (let axis = 0; axis < rank; axis++) {
    const last = runs.at(-1);
    if (last && joins(axis - 1, axis)) last.push(axis);
    else runs.push([axis]);
  }
  return runs;
}

/** Each of `axes` by itself, those between them as one. */
export function around(rank: number, axes: readonly number[]): Run[] {
  return runsOf(rank, (before, axis) => !axes.includes(before) && !axes.includes(axis));
}

/** The sizes with each run as one axis: what is known multiplied, what is not under a name of its own. */
export function mergedShape(shape: readonly Dimension[], runs: readonly Run[]): Dimension[] {
  return runs.map((run) => {
    const sizes = run.map((axis) => shape[axis] ?? 1).filter((size) => size !== 1);
    if (isStatic(sizes)) return sizeOf(sizes);
    return sizes.length === 1 ? (sizes[0] ?? 1) : `product of ${sizes}`;
  });
}
