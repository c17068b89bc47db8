import type { Node } from '../model/index.js';
import { scatterNd } from '../operators/index.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';
import { isWholeRange, listOfColumn } from './whole-range.js';

/**
 * Drops a value of which nothing is left.
 *
 * Given: `y = ScatterND(x, [[0], [1], …], z)` that writes over every row of x, as exporters write `x[:] = z`.   Result: z.
 * Exact: values are copied.
 * Keeps off: rows in another order, or fewer of them than there are for certain, and rows that are added.
 */
export const dropOverwritten: Pass = {
  name: 'drop-overwritten',
  run(graph, changes) {
    for (const node of graph.nodesOf('ScatterND')) if (writesAll(node)) replaceNode(node, node.input(2), changes);
  },
};

function writesAll(node: Node): boolean {
  const indices = node.input(1);
  const list = indices.rank === 2 && indices.shape?.[1] === 1 ? listOfColumn(indices) : undefined;
  const isPlain = scatterNd.parameters(node).reduction === 'none';
  return list !== undefined && isPlain && isWholeRange(list, node.input(0).shape?.[0]);
}
