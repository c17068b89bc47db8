import { allNodes, type Graph } from '../model/index.js';
import type { ListedNode } from '../report/index.js';
import { describeValue } from './describe.js';

/**
 * Every node with the values it reads and makes, in the order of computing, those of subgraphs behind the node that holds
 * them: the names that `--keep-fp32` and `--outputs` take.
 */
export function listNodes(graph: Graph): ListedNode[] {
  return Array.from(allNodes(graph), ({ label, operatorName, inputs, outputs }) => ({
    name: label,
    operator: operatorName,
    inputs: inputs.map((value) => value?.name ?? ''),
    outputs: outputs.flatMap((value) => (value ? describeValue(value) : [])),
  }));
}
