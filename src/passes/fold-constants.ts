import { type Dimension, type Graph, isInteger, isStatic, type Node, Tensor } from '../model/index.js';
import { operatorOf, resultsFor } from '../operators/index.js';
import { refineNode } from '../operators/refine.js';
import { type FoldingBudget, foldingBudgetOf } from './folding-budget.js';
import type { Changes, Pass } from './pass.js';
import { isQuantizedWeight } from './quantized-weight.js';
import { isUnread } from './replace-node.js';

/**
 * Computes what depends on nothing but constants.
 *
 * Given: `y = Add(2, 3)`; `s = Shape(x)` where x is [1, 3, 32, 32]; a vector of sizes whose elements inference knows.
 * Result: constants. What so becomes known is inferred and folded in the same walk.
 * Exact: a row's `compute` answers integers, comparisons and moved data bit for bit, floats in float64 rounded once, or declines.
 * Keeps off: random operators and control flow (their rows compute nothing), results over the budget, results that are
 * outputs (their names are public; other readers get the constant).
 */
export const foldConstants: Pass = {
  name: 'fold-constants',
  run: (graph, changes) => fold(graph, changes, () => false),
};

/** The same, but what makes a weight of integers float where engines compute with the integers. */
export const foldBesideQuantized: Pass = {
  name: 'fold-beside-quantized',
  run: (graph, changes) => fold(graph, changes, isQuantizedWeight),
};

function fold(graph: Graph, changes: Changes, isKept: (node: Node) => boolean): void {
  const budget = foldingBudgetOf(graph.model);
  for (const node of graph.sorted()) {
    if (graph.isStale(node)) refineNode(node);
    if (isKept(node) || !node.outputs.some((value) => value && value.readerCount > 0)) continue;
    const results = knownElements(node) ?? computed(node, budget);
    if (results) settle(graph, node, results, changes);
  }
}

/** The result of shape arithmetic, where every number of it is known although its operands may not be constants. */
function knownElements(node: Node): Tensor[] | undefined {
  const [value, ...others] = node.outputs;
  if (!value?.elements || others.length > 0) return undefined;
  const { dtype, shape, elements } = value;
  const isKnown = (element: Dimension) => typeof element === 'number';
  if (!dtype || !isInteger(dtype) || !isStatic(shape) || !elements.every(isKnown)) return undefined;
  return [Tensor.from(dtype, shape, elements)];
}

function computed(node: Node, budget: FoldingBudget): readonly Tensor[] | undefined {
  if (node.inputs.some((value) => value && !value.constant) || !operatorOf(node)?.compute) return undefined;
  if (!budget.allows(node)) return undefined;
  const results = resultsFor(
    node,
    node.inputs.map((value) => value?.constant),
  );
  return results && budget.spend(node, results) ? results : undefined;
}

function settle(graph: Graph, node: Node, results: readonly Tensor[], changes: Changes): void {
  node.outputs.forEach((value, index) => {
    const tensor = results[index];
    if (!value || !tensor || value.readerCount === 0) return;
    const constant = graph.addConstant(tensor, value.name);
    for (const use of value.uses) use.node.graph.setInput(use.node, use.index, constant);
    changes.edited();
  });
  if (!isUnread(node)) return;
  graph.remove(node);
  changes.edited();
}
