import { isStatic, type Node, sizeOf } from '../../model/index.js';
import { hasTrait, operatorOf } from '../../operators/index.js';
import { conv } from '../../operators/rows/convolution.js';

/**
 * Multiply-accumulates of one node: Conv, ConvTranspose, Gemm and MatMul have them, all else none. A multiplication with the
 * addition behind it is one, an addition of a bias none. null where a size is not known.
 */
export function macsOf(node: Node): number | null {
  if (!hasTrait(node, 'product')) return 0;
  const row = operatorOf(node);
  const operands = node.inputs.slice(0, 2).map((value) => (isStatic(value?.shape) ? value.shape : undefined));
  const result = node.outputs[0]?.shape;
  if (operands.includes(undefined) || !isStatic(result)) return null;
  return row?.multiplyAccumulates?.(operands, result, row.parameters(node)) ?? null;
}

/** Products that engines have kernels of their own for, since they differ in what bounds them. */
export type ProductClass = 'depthwise' | 'pointwise' | 'dense' | 'grouped' | 'matrix';

/**
 * Of which class a product is: a convolution whose groups are its channels is `depthwise`, another of more groups than one
 * `grouped`, one of 1x1 `pointwise`, all others `dense`, transposed ones too; Gemm and MatMul are `matrix`.
 * @returns undefined where the node is no product
 */
export function productClassOf(node: Node): ProductClass | undefined {
  if (!hasTrait(node, 'product')) return undefined;
  if (!node.is('Conv')) return node.is('ConvTranspose') ? 'dense' : 'matrix';
  const { group } = conv.parameters(node);
  const [, perGroup, ...kernel] = node.inputs[1]?.shape ?? [];
  if (group > 1) return perGroup === 1 ? 'depthwise' : 'grouped';
  return isStatic(kernel) && sizeOf(kernel) === 1 ? 'pointwise' : 'dense';
}
