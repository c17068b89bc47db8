import type { Node } from '../model/index.js';
import { hasTrait } from '../operators/index.js';

/** What engines compute along with the product before it. */
const ACTIVATIONS = ['Relu', 'Clip'] as const;

/**
 * Whether a node gives the weight or the bias of a product between quantised activations. Engines compute the whole,
 * `QuantizeLinear(product(DequantizeLinear(x), DequantizeLinear(w)))`, in integers; with a weight in float they do not, or
 * quantise it once more by a rule of their own, and the file holds four times as much.
 */
export function isQuantizedWeight(node: Node): boolean {
  const uses = node.outputs[0]?.uses ?? [];
  return (
    node.is('DequantizeLinear') &&
    uses.length > 0 &&
    uses.every(({ node: reader, index }) => index > 0 && isQuantized(reader))
  );
}

function isQuantized(product: Node): boolean {
  if (!hasTrait(product, 'product') || !product.inputs[0]?.producer?.is('DequantizeLinear')) return false;
  const reader = product.outputs[0]?.onlyReader;
  const last = reader?.is(...ACTIVATIONS) ? reader.outputs[0]?.onlyReader : reader;
  return last?.is('QuantizeLinear') ?? false;
}
