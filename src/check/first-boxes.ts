import type { Value } from '../model/index.js';
import { gather, hasTrait, slice } from '../operators/index.js';

/**
 * How many of the first boxes that a NonMaxSuppression gives are looked at, by all that reads them: what stands behind those
 * makes no difference. Infinity: all are, or it is not known.
 * @param rows of its triples, or what numbers for each of them were taken from those
 */
export function boxesLookedAt(rows: Value): number {
  if (rows.isOutput) return Number.POSITIVE_INFINITY;
  return Math.max(
    0,
    ...rows.uses.map(({ node, index }) => {
      if (index !== 0) return Number.POSITIVE_INFINITY;
      if (node.is('Slice')) return Math.min(firstTaken(slice.parameters(node)), boxesLookedAt(node.output()));
      const isRowByRow = hasTrait(node, 'reshapes', 'elementwise') && hasTrait(node, 'moves');
      const isColumn = node.is('Gather') && gather.parameters(node).axis === 1;
      return isRowByRow || isColumn ? boxesLookedAt(node.output()) : Number.POSITIVE_INFINITY;
    }),
  );
}

/** How many a slice takes from the first on along the first axis; all along others. */
function firstTaken({ starts, ends, axes, steps }: ReturnType<typeof slice.parameters>): number {
  const at = axes?.indexOf(0) ?? 0;
  if (at < 0) return Number.POSITIVE_INFINITY;
  const end = ends?.[at] ?? -1;
  return starts?.[at] === 0 && steps?.[at] === 1 && end >= 0 ? end : Number.POSITIVE_INFINITY;
}
