import type { Graph, Node } from '../../../model/index.js';
import { isDouble, movesApart, pixelwise, quantizes } from '../../float32-by-rule.js';
import { nodesKeptInFloat32 } from '../../keep-fp32.js';
import { gateOf } from './rows/activations.js';
import { biasOf } from './rows/matrix-products.js';

/**
 * Nodes that compute in fp32 although the program is fp16: those the user names, those that the source has in float64, whose
 * exporter found float32 too little, what normalises pixels, as the quotients of 0 to 255 would lose bits that the
 * network was trained with, what quantises, and what moves boxes apart.
 * @param patterns as for `nodesKeptInFloat32`
 * @throws UsageError where a pattern matches no node
 */
export function keptInFloat32(graph: Graph, patterns: readonly string[], image: string | undefined): Set<Node> {
  const kept = new Set(nodesKeptInFloat32(graph, patterns));
  for (const node of graph.sorted()) if (isDouble(node) || quantizes(node)) kept.add(node);
  for (const node of [...kept]) {
    const reader = node.outputs[0]?.onlyReader;
    if (reader && isSaidBy(reader, node)) kept.add(reader);
  }
  for (const node of [...pixelwise(graph, image), ...movesApart(graph)]) kept.add(node);
  return kept;
}

/** Whether the operation that a reader becomes stands for this node as well. */
function isSaidBy(reader: Node, node: Node): boolean {
  return node.is('Sigmoid') ? gateOf(reader) !== undefined : biasOf(node.output()) !== undefined;
}
