import type { Node } from '../model/index.js';
import { averagePool, lpPool, maxPool } from './rows/pooling.js';
import { reachedEnds } from './shape/sliding-window.js';

const POOLS = [averagePool, maxPool, lpPool];

/** How a pool that rounds up can be said so that nobody disputes its sizes. */
export interface SpelledCeilMode {
  /** All begins, then all ends. */
  readonly pads: readonly number[];
  /** Whether the windows are the same without `ceil_mode`. */
  readonly isVain: boolean;
}

/**
 * Pads as they are, unless windows end before the padded input does along some axis: there ONNX's inference before operator
 * set 22 counts one that would start in the end padding. Then padding ends where windows do: along all axes if it is not
 * counted, else where some of it is not reached.
 * @returns undefined for a node that does not round up, and where a size is not known
 */
export function spelledCeilMode(node: Node): SpelledCeilMode | undefined {
  const row = node.domain === '' ? POOLS.find(({ name }) => node.is(name)) : undefined;
  const pool = row?.parameters(node);
  const spatial = node.inputs[0]?.shape?.slice(2);
  if (!pool?.ceilMode || !spatial) return undefined;
  const { pads = [], autoPad, kernelShape } = pool;
  if (autoPad.startsWith('SAME')) return { pads, isVain: true };
  const reached = reachedEnds(pool, spatial);
  if (!reached) return undefined;
  const [begins, ends] = [pads.slice(0, spatial.length), pads.slice(spatial.length)];
  const isOver = reached.some((end, axis) => end > (ends[axis] ?? 0));
  const isShort = reached.some((end, axis) => end < (ends[axis] ?? 0));
  if (!isOver || !isShort) return { pads, isVain: !isOver };
  const counts = 'countIncludePad' in pool && pool.countIncludePad;
  // Engines take no padding as wide as a kernel, which one with holes may need.
  const isVain = !counts && reached.every((end, axis) => end < (kernelShape[axis] ?? 0));
  const spelled = reached.map((end, axis) => Math.max(0, isVain ? end : Math.min(end, ends[axis] ?? 0)));
  return { pads: [...begins, ...spelled], isVain };
}
