import type { Node } from '../model/index.js';
import { averagePool, lpPool, maxPool } from './rows/pooling.js';
import { roundsUpInVain } from './shape/window.js';

const POOLS = [averagePool, maxPool, lpPool];

/** Whether a pool has a `ceil_mode` without which it would be the same, at the sizes at hand. */
export function hasVainCeilMode(node: Node): boolean {
  const row =
    node.attributes.has('ceil_mode') && node.domain === '' ? POOLS.find(({ name }) => node.is(name)) : undefined;
  const spatial = node.inputs[0]?.shape?.slice(2);
  return row !== undefined && spatial !== undefined && roundsUpInVain(row.parameters(node), spatial);
}
