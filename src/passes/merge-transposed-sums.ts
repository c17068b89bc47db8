import type { Graph, Node } from '../model/index.js';
import { type AffineMap, windowOfMap } from './affine/affine-map.js';
import { cheapestGroups } from './affine/cheapest-groups.js';
import { type LongSum, sumsOf, type Term } from './affine/long-sum.js';
import { regrouped } from './affine/regrouped.js';
import { type RoundedWeights, roundedTransposed } from './affine/rounded-weights.js';
import {
  commonEnds,
  jointBias,
  jointTransposed,
  type TransposedTerm,
  transposedBundle,
  transposedTerms,
} from './affine/transposed-maps.js';
import { mergeOrigins, type Pass } from './pass.js';
import { insertTyped, isUnread, replaceNode } from './replace-node.js';

/**
 * Joins transposed convolutions of one value that are added into one.
 *
 *   Given: y = ConvTranspose2x2(x) + ConvTranspose4x4(x).   Result: y = ConvTranspose4x4(x).
 *
 * Exact in real arithmetic for every input size: taps are put where padding places them on a common grid; weights are made
 * in float64 and rounded once. Keeps off results that are not equally large at every size, those that others read, a kernel
 * that costs more multiply-accumulates than what it replaces, and one whose rounding would not keep it.
 * @param maxCost how many times the multiply-accumulates that it replaces a merge may cost
 */
export function mergeTransposedSums(maxCost = 1): Pass {
  return {
    name: 'merge-transposed-sums',
    run(graph, changes) {
      if (graph.count('ConvTranspose') === 0) return;
      for (const sum of sumsOf(graph).reverse()) {
        const merges = mergesOf(sum, maxCost);
        if (merges.length === 0) continue;
        const byTerm = new Map(merges.map((merge) => [merge.terms[0]?.term, merge]));
        const joined = regrouped(
          graph,
          sum,
          merges.map(({ terms }) => terms.map(({ term }) => term)),
          (group) => {
            const merge = group[0] && byTerm.get(group[0]);
            if (!merge) throw new RangeError('a group of no merge');
            return { value: insertMerged(graph, sum, merge).output(), sign: group[0]?.sign ?? 1 };
          },
        );
        if (!replaceNode(sum.root, joined, changes)) continue;
        const old = merges.flatMap(({ terms }) => terms.flatMap(({ node }) => node ?? []));
        for (const node of [...sum.nodes.keys(), ...old]) if (graph.has(node) && isUnread(node)) graph.remove(node);
      }
    },
  };
}

function isFor({ root }: LongSum, node: Node, { value }: Term): boolean {
  return node.graph === root.graph && value.uses.length === 1 && !value.isOutput;
}

interface Merge {
  readonly terms: readonly TransposedTerm[];
  readonly map: AffineMap;
  readonly weights: RoundedWeights;
}

function mergesOf(sum: LongSum, maxCost: number): Merge[] {
  return transposedTerms(sum).flatMap((set) => {
    const own = set.filter(({ node, term }) => !node || isFor(sum, node, term));
    const ends = commonEnds(own);
    const groups = cheapestGroups(
      own.map((transposed) => transposedBundle(transposed, ends)),
      maxCost,
    );
    return groups.flatMap((group) => {
      const members = new Set(group.terms);
      // In the order of the sum; a positive one first, so that the sum begins with one.
      const terms = own.filter(({ term }) => members.has(term)).sort((a, b) => b.term.sign - a.term.sign);
      const map = jointTransposed(terms);
      const dtype = sum.root.outputs[0]?.dtype;
      const weights = map && isPlaceable(map) ? roundedTransposed(map, jointBias(terms), dtype) : undefined;
      return map && weights ? [{ terms, map, weights }] : [];
    });
  });
}

/** ONNX Runtime runs a result that has more only by less than a stride. */
export function isPlaceable({ axes }: AffineMap): boolean {
  return axes.every(({ padEnd, stride }) => -padEnd < stride);
}

function insertMerged(graph: Graph, sum: LongSum, { terms, map, weights }: Merge): Node {
  const made = terms.flatMap(({ node }) => node ?? []);
  const name = made[0]?.name ?? '';
  const base = name || sum.root.label;
  const weight = graph.addConstant(weights.weight, `${base}.weight`);
  const bias = weights.bias && graph.addConstant(weights.bias, `${base}.bias`);
  const added = map.axes.map(({ padEnd }) => Math.max(0, -padEnd));
  return insertTyped(graph, {
    operator: 'ConvTranspose',
    name,
    inputs: [terms[0]?.source, weight, ...(bias ? [bias] : [])],
    attributes: { ...windowOfMap(map), ...(added.some((size) => size > 0) ? { output_padding: added } : {}) },
    origin: mergeOrigins([...made, ...sum.nodes.keys()].map((node) => node.origin)),
  });
}
