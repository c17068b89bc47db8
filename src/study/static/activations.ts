import { isStatic, type Node, sizeOf } from '../../model/index.js';
import { hasTrait } from '../../operators/index.js';

/** Elements of what a node makes; null where a size is not known. */
export function resultElements(node: Node): number | null {
  let count = 0;
  for (const value of node.outputs) {
    if (!value) continue;
    if (!isStatic(value.shape)) return null;
    count += sizeOf(value.shape);
  }
  return count;
}

/**
 * Activation elements that a node makes, as timm and fvcore count them: the results of Conv, ConvTranspose, Gemm and MatMul,
 * and of nothing else. null where a size is not known.
 */
export function activationsOf(node: Node): number | null {
  return hasTrait(node, 'product') ? resultElements(node) : 0;
}
