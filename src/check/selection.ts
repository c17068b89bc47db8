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
  const computed = computedValues(graph);
  for (const output of graph.outputs) {
    const read = selectionsBehind(output, computed);
    if (read.length > 0) selected.set(output.name, read);
  }
  return selected;
}

/** What depends on an input, or on chance. What depends on constants alone, `Constant` nodes included, does not move. */
function computedValues(graph: Graph): ReadonlySet<Value> {
  const computed = new Set<Value>();
  for (const node of graph.sorted()) {
    const isFixed =
      node.subgraphs().length === 0 &&
      (node.is('Constant') || node.inputs.length > 0) &&
      node.inputs.every((value) => !value?.isInput && !(value && computed.has(value)));
    if (!isFixed) for (const value of node.outputs) if (value) computed.add(value);
  }
  return computed;
}

function selectionsBehind(output: Value, computedValue: ReadonlySet<Value>): string[] {
  const read = new Set<string>();
  const seen = new Set([output]);
  // A set is walked in the order of insertion, also over what is added meanwhile.
  for (const value of seen) {
    const node = value.producer;
    if (!node) continue;
    const operands = node.inputs.filter((operand) => operand !== undefined);
    const computed = operands.filter((operand) => isFloat(operand.dtype) && computedValue.has(operand));
    if (node.is(...SELECTIONS) && computed.length > 0) for (const operand of computed) read.add(operand.name);
    else for (const operand of operands) seen.add(operand);
  }
  return [...read];
}
