import type { Graph, Node, Tensor, Value } from '../model/index.js';
import { type AffineMap, costOf, crops } from './affine/affine-map.js';
import { pays } from './affine/bundle.js';
import { compose, isRefused } from './affine/compose.js';
import { type ReachableMaps, reachableMaps } from './affine/reachable-maps.js';
import { type Region, regionBetween } from './affine/regions.js';
import { roundedTensor } from './affine/rounded-tensor.js';
import { giveBack } from './affine/spare-arrays.js';
import { evaluate } from './affine/weights.js';
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
 */
export const fuseAffine = fuseAffineWithin(1);

/** The same under another limit of the cost. */
export function fuseAffineWithin(maxCost: number): Pass {
  return {
    name: 'fuse-affine',
    run(graph, changes) {
      let round = fuseOnce(graph, reachableMaps(graph, changes), maxCost);
      while (round.fused > 0) {
        changes.edited();
        round = fuseOnce(graph, reachableMaps(graph, changes), maxCost);
      }
      for (const { nodes, reason } of round.declined) changes.decline(nodes, reason);
    },
  };
}

/** What one sweep did; what it declined counts only where nothing more was fused. */
interface Round {
  fused: number;
  readonly declined: { readonly nodes: readonly Node[]; readonly reason: string }[];
}

/** Backwards over the values, so that the longest way from a value to its source is tried before its parts. */
function fuseOnce(graph: Graph, maps: ReachableMaps, maxCost: number): Round {
  const round: Round = { fused: 0, declined: [] };
  const gone = new Set<Node>();
  for (const target of [...maps.operations.keys()].reverse()) {
    if (target.producer && gone.has(target.producer)) continue;
    const regions = regionsOf(maps, target);
    const fused = regions.find((region) => fuseRegion(graph, maps, region, maxCost, round));
    if (fused) for (const node of fused.dead) gone.add(node);
    else explain(maps, target, regions, round);
  }
  return round;
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

function fuseRegion(graph: Graph, maps: ReachableMaps, region: Region, maxCost: number, round: Round): boolean {
  const map = maps.of(region.target).get(region.source);
  if (!map || crops(map) || !savesNodes(region) || !pays(costOf(map), region.cost, maxCost)) return false;
  const weights = roundedWeights(map, region);
  if (!weights) {
    round.declined.push({ nodes: region.dead, reason: 'a merged weight would leave the range of its type' });
    return false;
  }
  replaceByConv(graph, map, region, weights);
  round.fused++;
  return true;
}

function savesNodes({ dead }: Region): boolean {
  return dead.length >= 2 && dead.some((node) => node.is('Conv'));
}

interface RoundedWeights {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** Weights in the element type of the target, rounded once; undefined where one of them would not be finite. */
function roundedWeights(map: AffineMap, { target }: Region): RoundedWeights | undefined {
  const dtype = target.dtype;
  if (!dtype) return undefined;
  const { kernel, bias } = evaluate(map);
  const shape = [map.outChannels, map.inChannels / map.groups, ...map.axes.map((axis) => axis.kernel)];
  const weight = roundedTensor(dtype, shape, kernel);
  giveBack(kernel);
  const rounded = bias && roundedTensor(dtype, [map.outChannels], bias);
  return weight && (rounded || !bias) ? { weight, bias: rounded } : undefined;
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
    attributes: {
      dilations: map.axes.map((axis) => axis.dilation),
      group: map.groups,
      kernel_shape: map.axes.map((axis) => axis.kernel),
      pads: [...map.axes.map((axis) => axis.padBegin), ...map.axes.map((axis) => axis.padEnd)],
      strides: map.axes.map((axis) => axis.stride),
    },
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

/** Says why a value that is one map of a further source was left alone; only what a reader could act on. */
function explain(maps: ReachableMaps, target: Value, regions: readonly Region[], round: Round): void {
  const [region] = regions.filter(({ dead, kept }) => dead.length + kept.length >= 2);
  const map = region && maps.of(target).get(region.source);
  if (region && map) {
    const reason = region.dead.length < 2 ? readersOf(region) : costReason(map, region);
    if (reason) round.declined.push({ nodes: [...region.dead, ...region.kept], reason });
  } else if (regions.length <= 1) explainBorder(maps, target, round);
}

function readersOf({ kept }: Region): string | undefined {
  const value = kept[0]?.outputs[0];
  if (!value) return undefined;
  return value.isOutput ? `${value.name} is an output of the graph` : `${value.name} is read by others too`;
}

function costReason(map: AffineMap, { cost }: Region): string | undefined {
  const factor = costOf(map) / cost;
  return factor > 1 ? `one convolution would cost ${factor.toFixed(1)} times the multiply-accumulates` : undefined;
}

/** Two convolutions with nothing between them that the border rule keeps apart. */
function explainBorder(maps: ReachableMaps, target: Value, round: Round): void {
  const outer = maps.operations.get(target);
  if (outer?.kind !== 'map' || !outer.node.is('Conv')) return;
  const inner = maps.operations.get(outer.input);
  if (inner?.kind !== 'map' || inner.isPointwise || outer.input.onlyReader !== outer.node) return;
  const result = compose(inner.map, outer.map);
  if (isRefused(result)) round.declined.push({ nodes: [inner.node, outer.node], reason: result.refused });
}
