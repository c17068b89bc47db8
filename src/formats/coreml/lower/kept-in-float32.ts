import type { Graph, Node, Value } from '../../../model/index.js';
import { hasTrait } from '../../../operators/index.js';
import { nodesKeptInFloat32 } from '../../keep-fp32.js';
import { gateOf } from './rows/activations.js';
import { biasOf } from './rows/matrix-products.js';

/**
 * Nodes that compute in fp32 although the program is fp16: those the user names, those that the source has in float64, whose
 * exporter found float32 too little, and what normalises pixels, as the quotients of 0 to 255 would lose bits that the
 * network was trained with.
 * @param patterns as for `nodesKeptInFloat32`
 * @throws UsageError where a pattern matches no node
 */
export function keptInFloat32(graph: Graph, patterns: readonly string[], image: string | undefined): Set<Node> {
  const kept = new Set(nodesKeptInFloat32(graph, patterns));
  for (const node of graph.sorted()) if (isDouble(node)) kept.add(node);
  for (const node of [...kept]) {
    const reader = node.outputs[0]?.onlyReader;
    if (reader && isSaidBy(reader, node)) kept.add(reader);
  }
  const pixels = graph.inputs.find((value) => value.name === image);
  for (let node = pixels && nextPixelwise(pixels); node; node = nextPixelwise(node.output())) kept.add(node);
  return kept;
}

const isDouble = ({ inputs, outputs }: Node): boolean =>
  [...inputs, ...outputs].some((value) => value?.dtype === 'float64');

/** Whether the operation that a reader becomes stands for this node as well. */
function isSaidBy(reader: Node, node: Node): boolean {
  return node.is('Sigmoid') ? gateOf(reader) !== undefined : biasOf(node.output()) !== undefined;
}

/**
 * The one reader of a value, where it may stand between the pixels and the network: it works on each pixel by itself, or moves
 * them, and its other operands are constants.
 */
function nextPixelwise(value: Value): Node | undefined {
  const node = value.onlyReader;
  if (!node || !hasTrait(node, 'elementwise', 'moves') || node.outputs.length !== 1) return undefined;
  return node.inputs.every((operand) => operand === value || operand?.constant) ? node : undefined;
}
