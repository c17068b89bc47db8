import { allNodes, type Graph, type Value } from '../../model/index.js';
import { hasTrait } from '../../operators/index.js';
import { isGate } from './activation-functions.js';
import { isFixed } from './fixed.js';

/**
 * Ways beyond the first that values go: of every value that is computed or given as many as it has readers but one. So a
 * skip connection is one, a squeeze-excite is one, and a block of n parallel branches has n - 1. Who asks for a value's sizes
 * alone is no reader, and an activation that is written as a gate is one reader.
 */
export function countBranches(graph: Graph): number {
  let count = 0;
  const add = (value: Value | undefined) => {
    if (value && !isFixed(value)) count += Math.max(0, readersOf(value) - 1);
  };
  graph.inputs.forEach(add);
  for (const node of allNodes(graph)) node.outputs.forEach(add);
  return count;
}

function readersOf(value: Value): number {
  const readers = new Set(value.uses.map(({ node }) => node));
  let count = 0;
  for (const node of readers) if (!hasTrait(node, 'measures') && !isGate(node)) count++;
  return count;
}
