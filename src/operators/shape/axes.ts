import type { Node } from '../../model/index.js';

/** `axis` counted from the front. @throws InputError where it is outside [-rank, rank) */
export function normalizeAxis(node: Node, axis: number, rank: number, name = 'axis'): number {
  if (axis < -rank || axis >= rank) throw node.invalid(`${name} ${axis} is out of range for rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** Axes counted from the front, in the order given. @throws InputError where one is out of range or named twice */
export function normalizeAxes(node: Node, axes: readonly number[], rank: number, name = 'axes'): number[] {
  const normalized = axes.map((axis) => normalizeAxis(node, axis, rank, name));
  if (new Set(normalized).size < normalized.length) throw node.invalid(`${name} [${axes}] names an axis twice`);
  return normalized;
}

/**
 * Axes counted from the front where the rank is known, else as they stand.
 * @throws InputError where one is out of range or named twice
 */
export function resolveAxes(node: Node, axes: readonly number[], rank: number | undefined, name = 'axes'): number[] {
  return rank === undefined ? [...axes] : normalizeAxes(node, axes, rank, name);
}
