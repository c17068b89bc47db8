import { Declined, decline } from '../../../lowering/decline.js';
import type { Graph, Node, Value } from '../../../model/index.js';
import { MilValue } from '../program/program.js';
import { type Float, LeavesHalf } from './constants.js';
import type { Building } from './features.js';
import { NodeBuilder } from './node-builder.js';
import { rows } from './rows/index.js';
import type { Row } from './rows/row.js';
import { type MilKind, milTypeOf, shapeOf } from './types.js';

/** What is in force for single nodes: which of an fp16 program compute in fp32, say. */
export interface NodeChoices {
  /** The type in which a node computes. */
  readonly floatOf: (node: Node) => Float;
  /** How a node is written, where the table does not say it. */
  readonly rowOf: (node: Node) => Row | undefined;
  /** Told of a node that computes in fp32 after all, because a constant leaves fp16. */
  readonly onWidened: (node: Node) => void;
}

/**
 * Walks the graph once, node by node through the table of rows. Goes on behind a node that is refused, so that all
 * reasons are found together; what depends on its unknown results is not held against it.
 */
export function lowerNodes(graph: Graph, building: Building, choices: NodeChoices): void {
  const { values, refusals } = building;
  const unknown = new Set<Value>();
  // Of shape arithmetic inference knows all elements, or they are measured: the node is not needed.
  const isKnown = (value: Value | undefined) => value === undefined || values.isKnown(value);
  for (const node of graph.sorted()) {
    if (node.inputs.some((value) => value && unknown.has(value)) || node.outputs.every(isKnown)) {
      for (const value of node.outputs) if (value && !isKnown(value)) unknown.add(value);
      continue;
    }
    const isLowered = refusals.node(node, () => lowerNode(node, building, choices));
    if (!isLowered) standIn(node, building, unknown);
    values.commit();
  }
}

function lowerNode(
  node: Node,
  { builder, values, bounds }: Building,
  { floatOf, rowOf, onWidened }: NodeChoices,
): void {
  const row = node.domain === '' ? (rows.get(node.operator) ?? rowOf(node)) : undefined;
  if (!row) decline(whyNot(node));
  const float = floatOf(node);
  for (const value of node.outputs) if (value) checkResult(value);
  const mark = builder.mark();
  try {
    row(node, new NodeBuilder(node, float, values, builder, bounds));
  } catch (error) {
    builder.rewind(mark);
    values.forgetRecent();
    if (!(error instanceof LeavesHalf) || float === 'fp32') throw error;
    row(node, new NodeBuilder(node, 'fp32', values, builder, bounds));
    onWidened(node);
  }
}

function whyNot(node: Node): string {
  if (node.domain) return `Core ML knows nothing of the domain ${node.domain}`;
  return node.is('NonMaxSuppression')
    ? "how many boxes it selects is known only when the network runs; --nms pipeline takes Core ML's own suppression, --nms padded holds as many as there can be"
    : 'it is not written for Core ML';
}

/** @throws Declined where a result is nothing that a program can hold */
function checkResult(value: Value): void {
  if (!value.isDead) milTypeOf(value.dtype);
  shapeOf(value);
}

/** Lets the readers of a refused node be looked at, where its results' types are known, or bounds of what is open in them. */
function standIn({ outputs }: Node, { values, bounds }: Building, unknown: Set<Value>): void {
  for (const value of outputs) {
    if (!value) continue;
    const { shape, name } = value;
    const isKnown = shape && !shape.includes(0) && shape.every((size) => bounds.least(size) !== undefined);
    const kind = kindOf(value);
    if (isKnown && kind) values.set(value, new MilValue({ dtype: kind === 'float' ? 'fp32' : kind, shape }, name));
    else unknown.add(value);
  }
}

function kindOf({ dtype }: Value): MilKind | undefined {
  try {
    return milTypeOf(dtype);
  } catch (error) {
    if (error instanceof Declined) return undefined;
    throw error;
  }
}
