import type { Node, Value } from '../../model/index.js';
import { hasTrait } from '../../operators/index.js';
import type { Pair } from './impulses.js';
import type { Region } from './region.js';

/** A pair cut into pairs of which it is the sum. */
export interface Summands {
  /** One for each product that the written sum adds up. */
  readonly pairs: readonly Pair[];
  /** What is left where the sums add up nothing: constants that are added behind them, which are in each of the pairs, too. */
  readonly behind: Pair;
}

/**
 * Cuts a pair whose written side adds up several products, so that each coefficient of each can be held to its own magnitude: in
 * their sum a small one would be lost.
 * @param origins of a written node, the labels of the source's that it stands for
 * @returns undefined where there is one product, or where it is open which of the source's summands is whose
 */
export function summandsOf(pair: Pair, origins: ReadonlyMap<string, readonly string[]>): Summands | undefined {
  const [source, written] = [waysOf(pair.source), waysOf(pair.written)];
  if (!source || !written || written.length < 2) return undefined;
  const shares = written.map((way) => source.filter((each) => standsFor(way, each, origins)));
  const isEachOnce = source.every((way) => shares.filter((share) => share.includes(way)).length === 1);
  if (!isEachOnce || shares.some((share) => share.length === 0)) return undefined;
  return {
    pairs: written.map((way, i) => ({
      source: keeping(pair.source, source, shares[i] ?? []),
      written: keeping(pair.written, written, [way]),
    })),
    behind: { source: keeping(pair.source, source, []), written: keeping(pair.written, written, []) },
  };
}

/** A summand of a region's result, on its way through the sums. */
interface Way {
  /** Which operand it is of each sum. */
  readonly sums: readonly (readonly [sum: Node, operand: number])[];
  /** What stands before the first of them, from there back to a product or an operand of the region. */
  readonly nodes: readonly Node[];
}

/** From a result back to the products that it is made of; undefined where a node on the way is met twice. */
function waysOf(region: Region): Way[] | undefined {
  const seen = new Set<Node>();
  const ways: Way[] = [];
  const open: [Value, Way][] = [[region.target, { sums: [], nodes: [] }]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, { sums, nodes }] = next;
    const node = region.operands.includes(value) ? undefined : value.producer;
    if (node && seen.has(node)) return undefined;
    if (node) seen.add(node);
    if (!node || hasTrait(node, 'product')) {
      ways.push({ sums, nodes: node ? [...nodes, node] : nodes });
      continue;
    }
    const computed = computedOperands(node, region);
    for (const [operand, input] of computed) {
      const isSum = computed.length > 1;
      open.push([input, isSum ? { sums: [...sums, [node, operand]], nodes: [] } : { sums, nodes: [...nodes, node] }]);
    }
  }
  return ways;
}

/** Operands that depend on those of the region, with their index. */
function computedOperands(node: Node, { operands, nodes }: Region): [number, Value][] {
  return node.inputs.flatMap((value, index): [number, Value][] => {
    const isComputed = value && (operands.includes(value) || (value.producer && nodes.includes(value.producer)));
    return isComputed ? [[index, value]] : [];
  });
}

/** Whether a summand of the source is one of those that a written product was made of. */
function standsFor(written: Way, { nodes }: Way, origins: ReadonlyMap<string, readonly string[]>): boolean {
  const product = written.nodes.at(-1);
  const made = (product && origins.get(product.label)) ?? [];
  return nodes.length > 0 && nodes.every(({ label }) => made.includes(label));
}

/** A region in which sums add up some of their operands alone. */
function keeping(region: Region, all: readonly Way[], ways: readonly Way[]): Region {
  const kept = new Map<Node, Set<number>>();
  for (const { sums } of all) for (const [sum] of sums) kept.set(sum, new Set());
  for (const { sums } of ways) for (const [sum, operand] of sums) kept.get(sum)?.add(operand);
  return { ...region, kept };
}
