import { Declined, decline } from '../../../lowering/decline.js';
import { type Graph, isStatic, type Node, type Value } from '../../../model/index.js';
import { MilValue } from '../program/program.js';
import { type Float, LeavesHalf } from './constants.js';
import type { Building } from './features.js';
import { NodeBuilder } from './node-builder.js';
import type { ProgramBuilder } from './program-builder.js';
import { rows } from './rows/index.js';
import type { Row } from './rows/row.js';
import { milTypeOf, sizesOf } from './types.js';
import type { Values } from './values.js';

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
export function lowerNodes(graph: Graph, { builder, values, refusals }: Building, choices: NodeChoices): void {
  const unknown = new Set<Value>();
  for (const node of graph.sorted()) {
    if (node.inputs.some((value) => value && unknown.has(value)) || node.outputs.every(isKnown)) {
      for (const value of node.outputs) if (value && !isKnown(value)) unknown.add(value);
      continue;
    }
    const isLowered = refusals.node(node, () => lowerNode(node, builder, values, choices));
    if (!isLowered) for (const value of node.outputs) if (value && !standIn(value, values)) unknown.add(value);
    values.commit();
  }
}

/** Inference knows all elements, as of shape arithmetic: the readers take a constant, and the node is not needed. */
function isKnown(value: Value | undefined): boolean {
  return value === undefined || (value.elements?.every((element) => typeof element === 'number') ?? false);
}

function lowerNode(
  node: Node,
  builder: ProgramBuilder,
  values: Values,
  { floatOf, rowOf, onWidened }: NodeChoices,
): void {
  const row = node.domain === '' ? (rows.get(node.operator) ?? rowOf(node)) : undefined;
  if (!row) decline(whyNot(node));
  const float = floatOf(node);
  for (const value of node.outputs) if (value) checkResult(value);
  const mark = builder.mark();
  try {
    row(node, new NodeBuilder(node, float, values, builder));
  } catch (error) {
    builder.rewind(mark);
    values.forgetRecent();
    if (!(error instanceof LeavesHalf) || float === 'fp32') throw error;
    row(node, new NodeBuilder(node, 'fp32', values, builder));
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
  sizesOf(value);
}

/** Lets the readers of a refused node be looked at, where its results' types are known. */
function standIn(value: Value, values: Values): boolean {
  if (!isStatic(value.shape) || value.shape.includes(0) || value.dtype === undefined) return false;
  try {
    const kind = milTypeOf(value.dtype);
    values.set(value, new MilValue({ dtype: kind === 'float' ? 'fp32' : kind, shape: value.shape }, value.name));
    return true;
  } catch (error) {
    if (error instanceof Declined) return false;
    throw error;
  }
}
