import { type Graph, isFloat, type Tensor, type Value } from '../model/index.js';

/** Position of the variance among the operands of `BatchNormalization`. */
const VARIANCE = 4;

/**
 * The first constant, in the order of the nodes, that is NaN or infinite, or a negative variance; a clause that names it.
 * Take it from the graph as it was read: passes replace constants.
 */
export function findSuspect(graph: Graph): string | undefined {
  for (const node of graph.sorted()) {
    for (const [index, value] of node.inputs.entries()) {
      const problem = value && problemOf(value, node.is('BatchNormalization') && index === VARIANCE);
      if (problem) return `the constant ${value.name} holds ${problem}`;
    }
  }
  return undefined;
}

function problemOf({ constant }: Value, isVariance: boolean): string | undefined {
  if (!constant || !isFloat(constant.dtype)) return undefined;
  if (some(constant, Number.isNaN)) return 'NaN';
  if (some(constant, (value) => !Number.isFinite(value))) return 'an infinity';
  return isVariance && some(constant, (value) => value < 0) ? 'a negative variance' : undefined;
}

function some(tensor: Tensor, test: (value: number) => boolean): boolean {
  return tensor.toFloat64().some(test);
}
