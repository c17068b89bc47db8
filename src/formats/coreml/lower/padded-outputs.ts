import type { Value } from '../../../model/index.js';
import type { RowsOfOutputs } from '../../metadata.js';
import type { MilDataType } from '../program/data-types.js';
import type { Constant, MilValue } from '../program/program.js';
import { bool, int, number } from './constants.js';
import type { Building } from './features.js';
import { NodeBuilder } from './node-builder.js';
import { cast, compare, reduce, reshape, select, sliceAxis } from './operations.js';
import type { SelectedRows } from './selected-rows.js';

/** What is said of outputs that have more rows than count. */
export interface PaddedOutputs {
  /** How many rows count, int32 [1]. */
  readonly count: MilValue;
  readonly most: number;
  /** Along which axis of which outputs of the graph rows lie. */
  readonly axes: ReadonlyMap<Value, number>;
}

/** What metadata say of it, by the names that the package has. @param ends inputs and outputs by those */
export function rowsOf({ count, axes }: PaddedOutputs, ends: ReadonlyMap<string, Value>): RowsOfOutputs {
  const named = Array.from(ends).flatMap(([name, value]) => {
    const axis = axes.get(value);
    return axis === undefined ? [] : [[name, axis] as const];
  });
  return { count: count.name, axes: new Map(named) };
}

/** Says how the boxes are held. */
export function paddedNote({ count, most }: PaddedOutputs): string {
  return `boxes have ${most} rows, of which the output ${count.name} says how many count; the others are 0`;
}

/** Makes 0 of the rows of outputs that stand for no box. Nothing where no output has rows. */
export function padOutputs(
  { node, outputs }: SelectedRows,
  { builder, values, names, bounds }: Building,
): PaddedOutputs | undefined {
  const to = new NodeBuilder(node, 'fp32', values, builder, bounds);
  const selected = values.get(node.output(), 'fp32');
  const isSelected = compare(to, 'greater_equal', sliceAxis(to, selected, 1, 0, 1), int(0));
  let most = 0;
  for (const [value, rows] of outputs) {
    const found = values.get(value, 'fp32');
    const { shape, dtype } = found.type;
    const isRow = reshape(
      to,
      sliceAxis(to, isSelected, 0, 0, rows.most),
      shape.map((size, axis) => (axis === rows.axis ? size : 1)),
    );
    // Its name and place are those of what takes its place.
    found.holds = undefined;
    values.set(value, select(to, isRow, found, to.value(zero(dtype))));
    most = rows.most;
  }
  if (most === 0) return undefined;
  const count = reduce(to, 'reduce_sum', cast(to, sliceAxis(to, isSelected, 0, 0, most), 'int32'), [0, 1], false);
  const vector = reshape(to, count, [1]);
  vector.name = names.fresh('count');
  return { count: vector, most, axes: new Map(Array.from(outputs, ([value, { axis }]) => [value, axis])) };
}

function zero(dtype: MilDataType): Constant {
  if (dtype === 'int32') return int(0);
  return dtype === 'bool' ? bool(false) : number('fp32', 0);
}
