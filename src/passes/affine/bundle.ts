import type { Value } from '../../model/index.js';
import { add } from './add.js';
import { type AffineMap, costOf, crops, subsamplingOf } from './affine-map.js';
import type { Term } from './long-sum.js';
import type { ReachableMaps } from './reachable-maps.js';
import { regionBetween } from './regions.js';

/** Terms of a sum as one map of a source that they share. Costs are multiply-accumulates of one output pixel. */
export interface JointMap {
  readonly map: AffineMap;
  /** What the nodes cost that would go. */
  readonly replaced: number;
  /** What adding one more term to it costs. */
  readonly addition: number;
  /** Whether a `Conv` is among them: without one there is none to put in their place. */
  readonly removesConv: boolean;
}

/** What is left of terms, the first figure counting most. */
export interface Price {
  readonly convolutions: number;
  readonly terms: number;
  readonly cost: number;
}

/** Terms of a sum, and what they are together. */
export interface Bundle {
  readonly terms: readonly Term[];
  readonly maps: ReadonlyMap<Value, JointMap>;
  /** Of the terms as they are, each by itself. */
  readonly apart: Price;
}

/** One term: the sources that it is a map of, but for those whose way to it others need as well. */
export function bundleOf(maps: ReachableMaps, term: Term): Bundle {
  const { value } = term;
  const own = new Map<Value, JointMap>();
  for (const [source, map] of maps.of(value)) {
    if (value === source) own.set(source, { map, replaced: 0, addition: map.outChannels, removesConv: false });
    else if (value.uses.length === 1 && !value.isOutput) {
      const { cost, dead } = regionBetween(maps, source, value);
      const removesConv = dead.some((node) => node.is('Conv'));
      own.set(source, { map, replaced: cost * subsamplingOf(map), addition: map.outChannels, removesConv });
    }
  }
  return bundleOfMaps(term, own);
}

/** One term as maps of sources. */
export function bundleOfMaps(term: Term, maps: ReadonlyMap<Value, JointMap>): Bundle {
  return { terms: [term], maps, apart: priceOfTerm(maps) };
}

/** Two bundles as one, over the sources that they share. */
export function join(left: Bundle, right: Bundle): Bundle {
  const maps = new Map<Value, JointMap>();
  for (const [source, a] of left.maps) {
    const b = right.maps.get(source);
    // What a sum costs does not depend on signs.
    const map = b && add(a.map, b.map, 1, spatialSizes(source));
    if (!b || !map) continue;
    const replaced = a.replaced + b.replaced + a.addition;
    maps.set(source, { map, replaced, addition: a.addition, removesConv: a.removesConv || b.removesConv });
  }
  return { terms: [...left.terms, ...right.terms], maps, apart: sumOfPrices(left.apart, right.apart) };
}

/** The price of one convolution in the place of a bundle; undefined where none can take it, or none that pays. */
export function priceOfMerge({ terms, maps }: Bundle, maxCost: number): Price | undefined {
  if (terms.length < 2) return undefined;
  const costs = [...maps.values()]
    .filter((joint) => canMerge(joint) && pays(costOfOutput(joint.map), joint.replaced, maxCost))
    .map(({ map }) => costOfOutput(map));
  return costs.length === 0 ? undefined : { convolutions: 1, terms: 1, cost: Math.min(...costs) };
}

/** Whether one `Conv` could be this map, whatever it costs. */
export function canMerge({ map, removesConv }: JointMap): boolean {
  return map.holdsConv && removesConv && !crops(map);
}

/** Whether a merge may cost `cost` where it takes the place of what costs `replaced`. */
export function pays(cost: number, replaced: number, maxCost: number): boolean {
  return cost <= maxCost * replaced * (1 + 1e-9);
}

/** Multiply-accumulates of one output pixel. */
export function costOfOutput(map: AffineMap): number {
  return costOf(map) * subsamplingOf(map);
}

/** What is left of both. */
export function sumOfPrices(a: Price, b: Price): Price {
  return { convolutions: a.convolutions + b.convolutions, terms: a.terms + b.terms, cost: a.cost + b.cost };
}

/** Fewer convolutions first, then fewer terms, then fewer multiply-accumulates. False where both are equal. */
export function isCheaper(a: Price, b: Price): boolean {
  if (a.convolutions !== b.convolutions) return a.convolutions < b.convolutions;
  return a.terms === b.terms ? a.cost < b.cost : a.terms < b.terms;
}

/** Spatial sizes where they are known. */
export function spatialSizes({ shape }: Value): (number | undefined)[] {
  return (shape ?? []).slice(2).map((size) => (typeof size === 'number' ? size : undefined));
}

function priceOfTerm(maps: ReadonlyMap<Value, JointMap>): Price {
  const joints = [...maps.values()].filter(({ map }) => map.depth > 0);
  const costs = joints.map(({ map, replaced }) => Math.min(replaced, costOfOutput(map)));
  const holdsConv = joints.some(({ map }) => map.holdsConv);
  return { convolutions: holdsConv ? 1 : 0, terms: 1, cost: costs.length === 0 ? 0 : Math.min(...costs) };
}
