import type { Graph, Node, Value } from '../../model/index.js';
import { add } from '../affine/add.js';
import { type AffineMap, crops, subsamplingOf } from '../affine/affine-map.js';
import { costOfOutput, pays, spatialSizes } from '../affine/bundle.js';
import { type LongSum, sumsOf, type Term } from '../affine/long-sum.js';
import type { ReachableMaps } from '../affine/reachable-maps.js';
import { type Region, regionBetween } from '../affine/regions.js';
import { roundedWeights } from '../affine/rounded-weights.js';
import type { Changes } from '../pass.js';
import { needOfOthers, outOfRange, tooDear } from './wording.js';

/** Terms of one sum that are maps of one source, and the ways from it to them. */
interface Related {
  readonly source: Value;
  readonly terms: readonly Term[];
  readonly regions: readonly Region[];
  /** What would go if one convolution were in their place: what makes the terms, and what adds them. */
  readonly nodes: ReadonlySet<Node>;
}

/** Names the terms of each sum that one convolution could be, and the rule that keeps them apart. */
export function explainSums(graph: Graph, maps: ReachableMaps, maxCost: number, changes: Changes): void {
  for (const sum of sumsOf(graph)) {
    for (const related of relatedTerms(maps, sum)) {
      const reason = reasonFor(maps, related, maxCost);
      if (reason) changes.decline([...related.nodes], reason);
    }
  }
}

/** For each source, the one that most terms share first, those that no earlier one has. */
function relatedTerms(maps: ReachableMaps, sum: LongSum): Related[] {
  const bySource = new Map<Value, Term[]>();
  for (const term of sum.terms) {
    for (const source of maps.of(term.value).keys()) {
      const others = bySource.get(source);
      if (others) others.push(term);
      else bySource.set(source, [term]);
    }
  }
  const told = new Set<Term>();
  const related: Related[] = [];
  const sorted = [...bySource].sort(
    ([a, some], [b, others]) => others.length - some.length || maps.positionOf(b) - maps.positionOf(a),
  );
  for (const [source, shared] of sorted) {
    const terms = shared.filter((term) => !told.has(term));
    if (terms.length < 2) continue;
    for (const term of terms) told.add(term);
    const ways = terms.filter(({ value }) => value !== source);
    const regions = ways.map(({ value }) => regionBetween(maps, source, value));
    const additions = terms.flatMap(({ value }) =>
      value.uses.map(({ node }) => node).filter((node) => sum.nodes.has(node)),
    );
    const nodes = new Set([...regions.flatMap(({ dead, kept }) => [...dead, ...kept]), ...additions]);
    related.push({ source, terms, regions, nodes });
  }
  return related;
}

function reasonFor(maps: ReachableMaps, related: Related, maxCost: number): string | undefined {
  const { source, terms, regions, nodes } = related;
  const joint = jointMap(maps, related);
  if (!joint?.holdsConv) return undefined;
  if (crops(joint)) return `one convolution would have to crop ${source.name}`;
  const additions = (terms.length - 1) * joint.outChannels;
  const replaced = regions.reduce((sum, { cost }) => sum + cost * subsamplingOf(joint), additions);
  if (!pays(costOfOutput(joint), replaced, maxCost)) return tooDear(costOfOutput(joint), replaced);
  for (const { dead, kept } of regions) {
    for (const node of [...dead, ...kept]) {
      const need = needOfOthers(node.output(), nodes);
      if (need) return need;
    }
  }
  return roundedWeights(joint, source.dtype) ? undefined : outOfRange(source.dtype);
}

function jointMap(maps: ReachableMaps, { source, terms }: Related): AffineMap | undefined {
  const [first, ...rest] = terms;
  let joint = first && maps.of(first.value).get(source);
  for (const { value, sign } of rest) {
    const map = maps.of(value).get(source);
    joint = joint && map && add(joint, map, sign, spatialSizes(source));
  }
  return joint;
}
