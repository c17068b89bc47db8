import type { Node } from '../../model/index.js';
import { costOf, crops, subsamplingOf } from '../affine/affine-map.js';
import { pays } from '../affine/bundle.js';
import { compose, isRefused } from '../affine/compose.js';
import type { LinearOperation } from '../affine/linear-operation.js';
import type { ReachableMaps } from '../affine/reachable-maps.js';
import { roundedWeights } from '../affine/rounded-weights.js';
import type { Changes } from '../pass.js';
import { needOfOthers, outOfRange, tooDear } from './wording.js';

type MapOperation = Extract<LinearOperation, { kind: 'map' }>;

/**
 * Names pairs of linear operations with nothing between them, one of them a convolution, and the rule that keeps them
 * apart. Batch norms are told of by themselves, and what is done with one number for all channels belongs to an activation.
 */
export function explainSeries(maps: ReachableMaps, maxCost: number, changes: Changes): void {
  for (const outer of maps.operations.values()) {
    const inner = outer.kind === 'map' ? maps.operations.get(outer.input) : undefined;
    if (outer.kind !== 'map' || inner?.kind !== 'map' || !isPair(inner, outer)) continue;
    const reason = reasonFor(inner, outer, maxCost);
    if (reason) changes.decline([inner.node, outer.node], reason);
  }
}

function isPair({ node: inner }: MapOperation, { node: outer }: MapOperation): boolean {
  const nodes = [inner, outer];
  return nodes.some((node) => node.is('Conv')) && nodes.every(isToldHere);
}

function isToldHere(node: Node): boolean {
  return !node.is('BatchNormalization') && !node.inputs.some((value) => value?.constant?.size === 1);
}

function reasonFor(inner: MapOperation, outer: MapOperation, maxCost: number): string | undefined {
  const map = compose(inner.map, outer.map);
  if (isRefused(map)) return map.refused;
  // A slice before a convolution: no convolution crops, and nobody expects one to.
  if (crops(map)) return undefined;
  const replaced = costOf(inner.map) + costOf(outer.map) / subsamplingOf(inner.map);
  if (!pays(costOf(map), replaced, maxCost)) return tooDear(costOf(map), replaced);
  const need = needOfOthers(outer.input, new Set([outer.node]));
  if (need) return need;
  const { dtype } = outer.output;
  return roundedWeights(map, dtype) ? undefined : outOfRange(dtype);
}
