import { costOf, crops } from './affine/affine-map.js';
import { bundleOf, pays } from './affine/bundle.js';
import { cheapestGroups } from './affine/cheapest-groups.js';
import { isTogether, type LongSum, sumsOf } from './affine/long-sum.js';
import { type ReachableMaps, reachableMaps } from './affine/reachable-maps.js';
import { regionBetween } from './affine/regions.js';
import { added, regrouped } from './affine/regrouped.js';
import type { Pass } from './pass.js';
import { isUnread, replaceNode } from './replace-node.js';

/**
 * Puts the terms of a sum together that one convolution can take the place of, so that `fuse-affine` finds each group in
 * one place, in whatever order the sum was written.
 *
 *   Given: (x + Conv3x3(z)) + Conv1x1(z).   Result: x + (Conv3x3(z) + Conv1x1(z)).
 *
 * Of all ways to part the terms it takes the one that leaves the fewest convolutions, and of those the cheapest.
 * Exact in real arithmetic: the order of a sum is free. Keeps off where one convolution would cost more than
 * what it replaces, terms that others read, and sums whose groups stand together already.
 * @param maxCost how many times the multiply-accumulates that it replaces a merge may cost
 */
export function gatherTerms(maxCost = 1): Pass {
  return {
    name: 'gather-terms',
    run(graph, changes) {
      // A later sum has earlier ones among its terms, not the other way round, so the last comes first.
      const long = sumsOf(graph)
        .filter(({ terms }) => terms.length > 2)
        .reverse();
      if (long.length === 0) return;
      const maps = reachableMaps(graph, changes);
      for (const sum of long) {
        if (isOneMap(maps, sum, maxCost)) continue;
        const bundles = sum.terms.map((term) => bundleOf(maps, term));
        const groups = cheapestGroups(bundles, maxCost).map(({ terms }) => terms);
        if (groups.every((group) => isTogether(sum, group))) continue;
        const joined = regrouped(graph, sum, groups, (group) => added(graph, sum, group));
        if (!replaceNode(sum.root, joined, changes)) continue;
        for (const node of sum.nodes.keys()) if (graph.has(node) && isUnread(node)) graph.remove(node);
      }
    },
  };
}

/** Whether one convolution pays for the whole sum, as it does for most blocks: then there is nothing to look for. */
function isOneMap(maps: ReachableMaps, { root }: LongSum, maxCost: number): boolean {
  const target = root.output();
  return [...maps.of(target)].reverse().some(([source, map]) => {
    if (source === target || !map.holdsConv || crops(map)) return false;
    const { dead, cost } = regionBetween(maps, source, target);
    return dead.some((node) => node.is('Conv')) && pays(costOf(map), cost, maxCost);
  });
}
