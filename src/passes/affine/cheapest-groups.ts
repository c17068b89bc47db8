import type { Value } from '../../model/index.js';
import { type Bundle, isCheaper, join, type Price, priceOfMerge, sumOfPrices } from './bundle.js';

/** Up to so many, every way to part them into groups is tried: 4,140 for eight. */
const MOST_TRIED = 8;

/** Groups that a further term is held against, where there are more terms. */
const MOST_GROUPS = 16;

/**
 * Which terms of a sum one convolution each should take the place of: such that the fewest convolutions are left, then the
 * fewest terms, then the cheapest. No merge costs more than `maxCost` times what it replaces. The order of the terms does
 * not matter. The best grouping up to eight terms that share sources; for more of them a good one.
 * @returns the groups of two or more terms
 */
export function cheapestGroups(terms: readonly Bundle[], maxCost: number): Bundle[] {
  return relatedTerms(terms).flatMap((related) => groupsOf(related, maxCost));
}

/** Parts terms such that those of two parts share no source. */
function relatedTerms(terms: readonly Bundle[]): Bundle[][] {
  const bySource = new Map<Value, Bundle[]>();
  for (const term of terms) {
    for (const source of term.maps.keys()) {
      const others = bySource.get(source);
      if (others) others.push(term);
      else bySource.set(source, [term]);
    }
  }
  const waiting = new Set(terms);
  const parts: Bundle[][] = [];
  for (const first of terms) {
    if (!waiting.delete(first)) continue;
    const part = [first];
    for (const term of part) {
      for (const source of term.maps.keys()) {
        for (const other of bySource.get(source) ?? []) if (waiting.delete(other)) part.push(other);
        bySource.delete(source);
      }
    }
    if (part.length > 1) parts.push(part);
  }
  return parts;
}

/** An order that is the same however the sum was written; terms that it takes for equal are alike. */
function inOrder(terms: readonly Bundle[]): Bundle[] {
  return terms
    .map((bundle) => ({ bundle, sign: bundle.terms[0]?.sign ?? 1, layout: layoutOf(bundle) }))
    .sort(
      (a, b) =>
        b.sign - a.sign ||
        b.bundle.apart.cost - a.bundle.apart.cost ||
        Number(a.layout > b.layout) - Number(a.layout < b.layout),
    )
    .map(({ bundle }) => bundle);
}

function layoutOf({ maps }: Bundle): string {
  return JSON.stringify(Array.from(maps.values(), ({ map }) => [map.groups, map.holdsConv, map.axes]));
}

function groupsOf(terms: readonly Bundle[], maxCost: number): Bundle[] {
  const isShort = terms.length <= MOST_TRIED;
  const ordered = inOrder(terms);
  const units = isShort ? ordered : joinAlike(ordered);
  const groups = units.length <= MOST_TRIED ? bestPartition(units, maxCost) : joinOneByOne(units, maxCost);
  return groups.filter((group) => priceOfMerge(group, maxCost));
}

/** The best of all partitions, by that of every subset. */
function bestPartition(units: readonly Bundle[], maxCost: number): Bundle[] {
  const joints: Bundle[] = [];
  const prices: (Price | undefined)[] = [];
  for (let subset = 1; subset < 2 ** units.length; subset++) {
    const last = 31 - Math.clz32(subset);
    const unit = units[last];
    const rest = joints[subset ^ (1 << last)];
    if (!unit) throw new RangeError('a subset of nothing');
    const joint = rest ? join(rest, unit) : unit;
    joints[subset] = joint;
    prices[subset] = priceOfMerge(joint, maxCost) ?? (rest ? undefined : unit.apart);
  }
  const best: { readonly price: Price; readonly groups: readonly Bundle[] }[] = [];
  best[0] = { price: { convolutions: 0, terms: 0, cost: 0 }, groups: [] };
  for (let set = 1; set < 2 ** units.length; set++) {
    // The group of the first unit of the set, with any of the others.
    const first = set & -set;
    const others = set ^ first;
    for (let more = others; more >= 0; more = more === 0 ? -1 : (more - 1) & others) {
      const [price, joint, rest] = [prices[first | more], joints[first | more], best[others ^ more]];
      if (!price || !joint || !rest) continue;
      const total = sumOfPrices(price, rest.price);
      const before = best[set];
      if (!before || isCheaper(total, before.price)) best[set] = { price: total, groups: [joint, ...rest.groups] };
    }
  }
  return [...(best[2 ** units.length - 1]?.groups ?? [])];
}

/** Terms that sample one source alike are one kernel of the same size. */
function joinAlike(terms: readonly Bundle[]): Bundle[] {
  const units: Bundle[] = [];
  const places = new Map<string, number>();
  for (const term of terms) {
    const layout = `${Array.from(term.maps.keys(), ({ name }) => name).join()} ${layoutOf(term)}`;
    const place = places.get(layout);
    const unit = place === undefined ? undefined : units[place];
    const joint = unit && join(unit, term);
    if (place !== undefined && joint && joint.maps.size === term.maps.size) units[place] = joint;
    else places.set(layout, units.push(term) - 1);
  }
  return units;
}

/** Puts each, the dearest first, where it adds the least to what one convolution costs. */
function joinOneByOne(units: readonly Bundle[], maxCost: number): Bundle[] {
  const groups: Bundle[] = [];
  for (const unit of units) {
    let best: { readonly place: number; readonly joint: Bundle; readonly added: number } | undefined;
    for (const [place, group] of groups.slice(0, MOST_GROUPS).entries()) {
      const joint = join(group, unit);
      const price = priceOfMerge(joint, maxCost);
      if (!price) continue;
      const added = price.cost - (priceOfMerge(group, maxCost) ?? group.apart).cost;
      if (!best || added < best.added) best = { place, joint, added };
    }
    if (best) groups[best.place] = best.joint;
    else groups.push(unit);
  }
  return groups;
}
