import { allNodes, type Graph, type SourceNode } from '../model/index.js';
import { hasTrait, operatorsWith } from '../operators/index.js';
import type { DeclinedBlock, FusedBlock, NodeReport } from '../report/index.js';

/**
 * The blocks that fusing made: a block is a set of two or more source nodes, one of them at least a Conv, ConvTranspose,
 * Gemm or MatMul, that one such node replaces.
 */
export function fusedBlocks(graph: Graph): FusedBlock[] {
  const blocks: FusedBlock[] = [];
  const products = operatorsWith('product');
  for (const node of allNodes(graph)) {
    if (!hasTrait(node, 'product') || node.origin.length < 2) continue;
    if (!node.origin.some(({ operator }) => products.includes(operator))) continue;
    blocks.push({ node: node.label, operator: node.operator, sources: node.origin.map(reportNode) });
  }
  return blocks;
}

/** What passes left as it was, in the form of the report. */
export function declinedBlocks(
  declined: readonly { readonly nodes: readonly SourceNode[]; readonly reason: string }[],
): DeclinedBlock[] {
  return declined.map(({ nodes, reason }) => ({ sources: nodes.map(reportNode), reason }));
}

function reportNode({ name, operator }: SourceNode): NodeReport {
  return { name, operator };
}
