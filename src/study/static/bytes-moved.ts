import { byteLengthOf, isStatic, type Node, sizeOf, type Value } from '../../model/index.js';
import { hasTrait } from '../../operators/index.js';
import { computes } from './computes.js';
import { constantBehind, isFixed } from './fixed.js';

/** Bytes that a node takes from memory and puts there. */
export interface BytesMoved {
  /** Of constants that it reads. */
  readonly weights: number;
  /** Of computed values that it reads, and of its results. */
  readonly activations: number;
}

const NOTHING: BytesMoved = { weights: 0, activations: 0 };

/**
 * What a node moves where every operand is read once and every result written once, and nothing is kept near between nodes: an
 * engine that joins nodes moves less, and one whose tiles do not fit its caches more. What only takes elements from its first
 * operand reads as many as it gives. null where a size is not known.
 */
export function bytesMovedBy(node: Node): BytesMoved | null {
  if (!computes(node)) return NOTHING;
  const made = sumOf(node.outputs);
  if (made === null) return null;
  const weights = node.inputs.reduce((sum, value) => sum + ((value && constantBehind(value)?.byteLength) ?? 0), 0);
  if (hasTrait(node, 'moves')) {
    // A table that is looked up in gives as many elements as are asked for, whoever made it.
    const [table] = node.inputs;
    return table && isFixed(table) ? { weights: made, activations: made } : { weights: 0, activations: 2 * made };
  }
  const read = sumOf(new Set(node.inputs.filter((value) => value && !isFixed(value))));
  return read === null ? null : { weights, activations: read + made };
}

function sumOf(values: Iterable<Value | undefined>): number | null {
  let sum = 0;
  for (const value of values) {
    if (!value) continue;
    if (!isStatic(value.shape) || !value.dtype) return null;
    sum += value.dtype === 'string' ? 0 : byteLengthOf(value.dtype, sizeOf(value.shape));
  }
  return sum;
}
