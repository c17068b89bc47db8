import { Declined, decline } from '../../../lowering/decline.js';
import { type Graph, isStatic, type Node, type Value } from '../../../model/index.js';
import { MilValue } from '../program/program.js';
import { type Float, LeavesHalf } from './constants.js';
import type { Building } from './features.js';
import { NodeBuilder } from './node-builder.js';
import type { ProgramBuilder } from './program-builder.js';
import { rows } from './rows/index.js';
import { milTypeOf, sizesOf } from './types.js';
import type { Values } from './values.js';

/** Which nodes of an fp16 program compute in fp32. */
export interface Precisions {
  /** The type in which a node computes. */
  readonly floatOf: (node: Node) => Float;
  /** Told of a node that computes in fp32 after all, because a constant leaves fp16. */
  readonly onWidened: (node: Node) => void;
}

/**
 * Walks the graph once, node by node through the table of rows. Goes on behind a node that is refused, so that all
 * reasons are found together; what depends on its unknown results is not held against it.
 */
export function lowerNodes(
  graph: Graph,
  { builder, values, refusals }: Building,
  { floatOf, onWidened }: Precisions,
): void {
  const unknown = new Set<Value>();
  for (const node of graph.sorted()) {
    if (node.inputs.some((value) => value && unknown.has(value)) || node.outputs.every(isKnown)) {
      for (const value of node.outputs) if (value && !isKnown(value)) unknown.add(value);
      continue;
    }
    const isLowered = refusals.node(node, () => lowerNode(node, builder, values, floatOf(node), onWidened));
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
  float: Float,
  onWidened: (node: Node) => void,
): void {
  const row = node.domain === '' ? rows.get(node.operator) : undefined;
  if (!row)
    decline(node.domain ? `Core ML knows nothing of the domain ${node.domain}` : 'it is not written for Core ML');
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
