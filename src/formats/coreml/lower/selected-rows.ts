import { decline } from '../../../lowering/decline.js';
import type { Refusals } from '../../../lowering/refusals.js';
import type { Dimension, Graph, Node, Value } from '../../../model/index.js';
import { hasTrait, nonMaxSuppression, slice } from '../../../operators/index.js';
import { inferNode } from '../../../operators/infer.js';
import { worksRowByRow } from '../../../operators/row-by-row.js';
import { sizesOf } from './types.js';

/** Rows of a value of which the run decides how many count, and how many there are at most. */
export interface Rows {
  readonly axis: number;
  readonly most: number;
}

/** The node that selects boxes, and the outputs that have a row for each. */
export interface SelectedRows {
  readonly node: Node;
  readonly outputs: ReadonlyMap<Value, Rows>;
}

/** How many boxes a NonMaxSuppression selects at most of each class of each image. @throws Declined where that is not known, or 0 */
export function mostOfEach(node: Node): number {
  const { maxOutputBoxesPerClass: wanted } = nonMaxSuppression.parameters(node);
  if (wanted === undefined) return decline('how many boxes it selects at most is computed');
  const [, boxes = 0] = sizesOf(node.input(0));
  const most = Math.min(wanted, boxes);
  return most > 0 ? most : decline('it selects no box');
}

/**
 * Makes the number of selected boxes the largest that there can be, in every value behind the selection. That changes nothing
 * else as long as what lies behind works row by row: which is asked of every node there.
 * @param graph with types; they are changed
 * @returns undefined where nothing is selected, or where a node was refused
 */
export function fixSelectedRows(graph: Graph, refusals: Refusals): SelectedRows | undefined {
  const nodes = graph.nodesOf('NonMaxSuppression');
  const [node] = nodes;
  const selected = node?.output();
  const [count] = selected?.shape ?? [];
  if (!node || !selected || typeof count !== 'string') return undefined;
  const most = new Map<Dimension, number>();
  const isTaken = refusals.node(node, () => {
    if (nodes.length > 1) decline(`there are ${nodes.length} of them, and one can be padded`);
    const [batch = 1, classes = 1] = sizesOf(node.input(1));
    most.set(count, batch * classes * mostOfEach(node));
  });
  if (!isTaken || !isWholeBehind(graph, most, refusals)) return undefined;
  const outputs = new Map(
    graph.outputs.flatMap((value) => {
      const axis = rowAxisOf(value, most);
      return axis < 0 ? [] : [[value, { axis, most: most.get(value.shape?.[axis] ?? '') ?? 0 }] as const];
    }),
  );
  const sizes = new Set(Array.from(outputs.values(), (rows) => rows.most));
  if (!refusals.node(node, () => (sizes.size > 1 ? decline('its outputs have unlike numbers of rows') : undefined)))
    return undefined;
  fixShapes(graph, selected, most.get(count) ?? 0);
  return { node, outputs };
}

/** Where a value has rows; -1: it has none. */
function rowAxisOf({ shape }: Value, most: ReadonlyMap<Dimension, number>): number {
  return shape?.findIndex((size) => most.has(size)) ?? -1;
}

function isWholeBehind(graph: Graph, most: Map<Dimension, number>, refusals: Refusals): boolean {
  let isWhole = true;
  for (const node of graph.sorted()) {
    if (node.inputs.every((value) => !value || rowAxisOf(value, most) < 0) || hasTrait(node, 'measures')) continue;
    isWhole = refusals.node(node, () => follow(node, most)) && isWhole;
  }
  for (const value of graph.outputs) {
    const isCount = value.elements?.some((element) => most.has(element)) ?? false;
    if (isCount) isWhole = refusals.port(value, 'output', () => decline('it is a number of boxes, which is fixed'));
  }
  return isWhole;
}

/** @throws Declined where a node does not work row by row */
function follow(node: Node, most: Map<Dimension, number>): void {
  takeFirst(node, most);
  const isRowwise = node.outputs.every((value) => {
    const rows = value?.shape?.filter((size) => most.has(size)) ?? [];
    return !value || (rows.length === 1 && keepsRows(node, value, most));
  });
  if (!isRowwise)
    decline('it works across the boxes that were selected, and with a fixed number of them says something else');
}

/** Of the first rows of what a node reads there are that many at most. */
function takeFirst(node: Node, most: Map<Dimension, number>): void {
  if (!node.is('Slice')) return;
  const { starts, ends, axes, steps } = slice.parameters(node);
  const at = axes?.indexOf(rowAxisOf(node.input(0), most)) ?? -1;
  const axis = axes?.[at] ?? -1;
  const end = ends?.[at] ?? 0;
  const [from, to] = [node.input(0).shape?.[axis], node.output().shape?.[axis]];
  if (from === undefined || to === undefined || typeof to === 'number') return;
  if (starts?.[at] !== 0 || steps?.[at] !== 1 || end <= 0)
    decline('it takes other boxes than the first of those selected');
  most.set(to, Math.min(end, most.get(from) ?? 0));
}

function keepsRows(node: Node, result: Value, most: ReadonlyMap<Dimension, number>): boolean {
  const axisOf = (value: Value) => rowAxisOf(value, most);
  if (worksRowByRow(node, result, axisOf)) return true;
  const [first] = node.inputs;
  const isData = first !== undefined && axisOf(first) >= 0;
  return hasTrait(node, 'reshapes') && isData && sizeBefore(first, most) === sizeBefore(result, most);
}

/** How many blocks of rows lie one behind the other; NaN where that is not known. */
function sizeBefore(value: Value, most: ReadonlyMap<Dimension, number>): number {
  const before = value.shape?.slice(0, rowAxisOf(value, most)) ?? [];
  return before.reduce<number>((product, size) => product * (typeof size === 'number' ? size : Number.NaN), 1);
}

function fixShapes(graph: Graph, selected: Value, rows: number): void {
  selected.shape = [rows, 3];
  const changed = new Set([selected]);
  for (const node of graph.sorted()) {
    if (!node.inputs.some((value) => value && changed.has(value))) continue;
    inferNode(node);
    for (const value of node.outputs) if (value) changed.add(value);
  }
}
