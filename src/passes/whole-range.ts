import type { Dimension, Value } from '../model/index.js';
import { range } from '../operators/index.js';

/** Whether a list is 0, 1, … up to all below `size`, a number or a symbol. */
export function isWholeRange(list: Value, size: Dimension | undefined): boolean {
  if (list.constant) {
    const numbers = list.constant.toFloat64();
    return numbers.length === size && numbers.every((at, i) => at === i);
  }
  const node = list.producer;
  if (!node?.is('Range') || size === undefined) return false;
  const { start, delta } = range.parameters(node);
  const [limit] = node.input(1).elements ?? node.constant(1)?.toFloat64() ?? [];
  return start === 0 && delta === 1 && limit === size;
}

/** The list behind indices [K, 1]. */
export function listOfColumn(indices: Value): Value | undefined {
  if (indices.constant) return indices;
  const node = indices.producer;
  return node?.is('Unsqueeze', 'Reshape') && node.input(0).rank === 1 ? node.input(0) : undefined;
}
