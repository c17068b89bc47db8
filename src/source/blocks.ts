import type { Graph, SourceNode } from '../model/index.js';
import { mergedBlocks } from '../passes/merged-blocks.js';
import type { DeclinedBlock, FusedBlock, NodeReport } from '../report/index.js';
import type { Links } from './links.js';

/**
 * The blocks that fusing made: a block is a set of two or more source nodes, one of them at least a Conv, ConvTranspose,
 * Gemm or MatMul, that one such node replaces.
 * @param links those of the source
 */
export function fusedBlocks(graph: Graph, links: Links): FusedBlock[] {
  return mergedBlocks(graph).map(({ node, sources }) => ({
    node: node.label,
    operator: node.operator,
    sources: linkedNodes(sources, links),
  }));
}

/** What passes left as it was, in the form of the report. */
export function declinedBlocks(
  declined: readonly { readonly nodes: readonly SourceNode[]; readonly reason: string }[],
): DeclinedBlock[] {
  return declined.map(({ nodes, reason }) => ({ sources: nodes.map(reportNode), reason }));
}

function linkedNodes(nodes: readonly SourceNode[], links: Links): FusedBlock['sources'] {
  const places = new Map(nodes.map(({ index }, place) => [index, place]));
  return nodes.map((node) => ({
    ...reportNode(node),
    reads: (links.get(node.index) ?? []).flatMap((index) => places.get(index) ?? []),
  }));
}

function reportNode({ name, operator }: SourceNode): NodeReport {
  return { name, operator };
}
