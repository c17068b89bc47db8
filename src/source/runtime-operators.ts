import { allNodes, type Graph, type Node } from '../model/index.js';

/** Where ONNX Runtime keeps what its optimiser and its quantiser write: FusedConv, convolutions on blocked channels, … */
const DOMAINS = /^com\.(microsoft|ms\.internal)(\.|$)/;

/** Operators are listed up to here, then counted. */
const LISTED = 3;

/** What to do about a file with operators of ONNX Runtime's own. */
export const GIVE_THE_ORIGINAL = 'give the file from before ONNX Runtime optimised it';

/** Whether a node's domain is one that ONNX Runtime keeps for its own operators. */
export function isRuntimeOperator({ domain }: Node): boolean {
  return DOMAINS.test(domain);
}

/** Says that a file has operators of ONNX Runtime's own, where it has some: nothing is known of them, so they stay. */
export function noteRuntimeOperators(graph: Graph): string[] {
  const nodes = [...allNodes(graph)].filter(isRuntimeOperator);
  if (nodes.length === 0) return [];
  const names = [...new Set(nodes.map(({ operatorName }) => operatorName))];
  const more = names.length > LISTED ? ' and others' : '';
  const are = nodes.length === 1 ? 'node is' : 'nodes are';
  return [
    `${nodes.length} ${are} of ONNX Runtime's own operators (${names.slice(0, LISTED).join(', ')}${more}): they stay as they are, ` +
      `and nothing is fused around them; ${GIVE_THE_ORIGINAL}`,
  ];
}
