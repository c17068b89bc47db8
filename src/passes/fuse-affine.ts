import type { Graph, Node, Value } from '../model/index.js';
import { type AffineMap, costOf, crops, windowOfMap } from './affine/affine-map.js';
import { pays } from './affine/bundle.js';
import { type ReachableMaps, reachableMaps } from './affine/reachable-maps.js';
import { type Region, regionBetween } from './affine/regions.js';
import { type RoundedWeights, roundedWeights } from './affine/rounded-weights.js';
import { mergeOrigins, type Pass } from './pass.js';

/**
 * Joins every region of linear operations that is one affine map of one value into one `Conv`.
 *
 *   Given: y = BatchNorm(Conv3x3(x)) + BatchNorm(Conv1x1(x)) + BatchNorm(x).   Result: y = Conv3x3(x).
 *
 * Exact in real arithmetic for every input size, borders included; weights are made in float64 and rounded once.
 * (RepVGG, arXiv 2101.03697, and MobileOne, arXiv 2206.04040, do this by block; here it is a property of values.)
 * Keeps off where the joint map crops its source, where it costs more multiply-accumulates than what it replaces, where
 * fewer than two nodes would go because others read them, where a region holds no convolution, and where a merged weight
 * would overflow.
 * @param maxCost how many times the multiply-accumulates that it replaces a merge may cost
 */
export function fuseAffine(maxCost = 1): Pass {
  return {
    name: 'fuse-affine',
    run(graph, changes) {
      while (fuseOnce(graph, reachableMaps(graph, changes), maxCost)) changes.edited();
    },
  };
}

/**
 * Backwards over the values, so that the longest way from a value to its source is tried before its parts.
 * @returns whether anything was fused
 */
function fuseOnce(graph: Graph, maps: ReachableMaps, maxCost: number): boolean {
  const gone = new Set<Node>();
  for (const target of [...maps.operations.keys()].reverse()) {
    if (target.producer && gone.has(target.producer)) continue;
    const fused = regionsOf(maps, target).find((region) => fuseRegion(graph, maps, region, maxCost));
    for (const node of fused?.dead ?? []) gone.add(node);
  }
  return gone.size > 0;
}

/**
 * The regions that end in `target`, the one that removes most first. Among equals the nearest source: a further one would
 * move the next convolution before a batch norm that others still read, which could then never be folded.
 */
function regionsOf(maps: ReachableMaps, target: Value): Region[] {
  return [...maps.of(target)]
    .filter(([source, map]) => source !== target && map.holdsConv)
    .map(([source]) => regionBetween(maps, source, target))
    .sort((a, b) => b.dead.length - a.dead.length || maps.positionOf(b.source) - maps.positionOf(a.source));
}

function fuseRegion(graph: Graph, maps: ReachableMaps, region: Region, maxCost: number): boolean {
  const map = maps.of(region.target).get(region.source);
  if (!map || crops(map) || !savesNodes(region) || !pays(costOf(map), region.cost, maxCost)) return false;
  const weights = roundedWeights(map, region.target.dtype);
  if (weights) replaceByConv(graph, map, region, weights);
  return weights !== undefined;
}

function savesNodes({ dead }: Region): boolean {
  return dead.length >= 2 && dead.some((node) => node.is('Conv'));
}

function replaceByConv(graph: Graph, map: AffineMap, { source, target, dead }: Region, weights: RoundedWeights): void {
  const name = dead.find((node) => node.is('Conv'))?.name ?? '';
  const base = name || target.name;
  const weight = graph.addConstant(weights.weight, `${base}.weight`);
  const bias = weights.bias && graph.addConstant(weights.bias, `${base}.bias`);
  const conv = graph.insert({
    operator: 'Conv',
    name,
    inputs: bias ? [source, weight, bias] : [source, weight],
    attributes: windowOfMap(map),
    origin: mergeOrigins(dead.map((node) => node.origin)),
  });
  const output = conv.output();
  output.dtype = target.dtype;
  output.shape = target.shape;
  // One kernel may show sizes to be equal that two in series did not.
  graph.markStale(conv);
  graph.replace(target, output);
  for (const node of dead) graph.remove(node);
}
