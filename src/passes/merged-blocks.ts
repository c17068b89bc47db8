import { allNodes, type Graph, type Node, type SourceNode } from '../model/index.js';
import { hasTrait, operatorsWith } from '../operators/index.js';

/** Source nodes that one node replaces, one of them at least a Conv, ConvTranspose, Gemm or MatMul, as that node is. */
export interface MergedBlock {
  /** The node that stands for them. */
  readonly node: Node;
  /** Two or more, in the order of the source. */
  readonly sources: readonly SourceNode[];
}

/** The blocks that fusing made of the source of a graph. */
export function mergedBlocks(graph: Graph): MergedBlock[] {
  const products = operatorsWith('product');
  return [...allNodes(graph)]
    .filter(
      (node) =>
        hasTrait(node, 'product') &&
        node.origin.length > 1 &&
        node.origin.some(({ operator }) => products.includes(operator)),
    )
    .map((node) => ({ node, sources: node.origin }));
}
