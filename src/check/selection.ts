import { type Graph, isFloat, type Value } from '../model/index.js';

/** Operators whose result jumps where two operands change places, however little they move. */
const SELECTIONS = [
  ...['ArgMax', 'ArgMin', 'TopK', 'NonMaxSuppression', 'NonZero'],
  ...['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal'],
];

/**
 * The outputs that depend on a selection among computed floats, each with the names of the values that the selections
 * read. Where constants are rounded, such an output may jump without anything being wrong, so those values are judged.
 */
export function selectedOutputs(graph: Graph): Map<string, readonly string[]> {
  const selected = new Map<string, readonly string[]>();
  for (const output of graph.outputs) {
    const read = selectionsBehind(output);
    if (read.length > 0) selected.set(output.name, read);
  }
  return selected;
}

function selectionsBehind(output: Value): string[] {
  const read = new Set<string>();
  const seen = new Set([output]);
  // A set is walked in the order of insertion, also over what is added meanwhile.
  for (const value of seen) {
    const node = value.producer;
    if (!node) continue;
    const operands = node.inputs.filter((operand) => operand !== undefined);
    const computed = operands.filter((operand) => isFloat(operand.dtype) && operand.producer);
    if (node.is(...SELECTIONS) && computed.length > 0) for (const operand of computed) read.add(operand.name);
    else for (const operand of operands) seen.add(operand);
  }
  return [...read];
}
