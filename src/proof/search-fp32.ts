import type { Check, StartedSource } from '../check/index.js';
import { EngineFailure } from '../engines/index.js';
import { loadOnnx, type SwitchableFloat16 } from '../formats/index.js';
import { type Model, type Node, Tensor } from '../model/index.js';
import { sharesOf } from '../source/counts.js';
import { LARGEST_FLOAT16, type Measured, magnitudesOf } from './beyond-float16.js';

import { asCandidate } from './candidates.js';

export { LARGEST_FLOAT16 };

/** Of all multiply-accumulates, what may stay in float32 unasked. */
export const CAP = 5e-2;
/** What the search aims at, so that other trials than its own are met as well. */
const MARGIN = 1.25;
/** Of all multiply-accumulates, what head-room below the end of float16's range may take where what leaves it is known to be enough. */
const HEAD_ROOM = 2e-2;
/** A node without multiply-accumulates costs something, too. */
const BASE_SHARE = 1e-3;
const FEWEST = 4;

/** Nodes that stay in float32. */
export interface KeptSet {
  readonly nodes: readonly Node[];
  /** Of all multiply-accumulates. */
  readonly share: number;
  /** Why, as far as it is more than rounding. */
  readonly overflow: Overflow | undefined;
}

/** The first node whose results float16 does not hold. */
export interface Overflow {
  readonly first: Node;
  readonly magnitude: number;
}

/** Why no set within the cap is enough. */
export type Shortfall =
  | ({
      readonly kind: 'overflow';
      readonly share: number;
      /** How many nodes leave the range. */
      readonly count: number;
      /** They, and all that reads them. */
      readonly kept: readonly Node[];
    } & Overflow)
  | { readonly kind: 'spread'; readonly reached: number; readonly share: number };

/**
 * Sets of nodes to keep in float32 so that rounding costs no more than it may, from the smallest on; whoever asks for the next
 * has found that the last one is not enough on trials that the search never saw. What overflows is kept first, with all that
 * reads it; then the nodes whose own error is largest for what they cost. The largest set is tried before all others: where that is
 * not enough, none is. Of a set that is enough, nodes go again which are dear and not needed.
 * @returns why there is no further set; undefined where that is not known, as after an engine's death
 */
export async function* searchFp32(...given: Parameters<typeof search>): AsyncGenerator<KeptSet, Shortfall | undefined> {
  try {
    return yield* search(...given);
  } catch (failure) {
    if (failure instanceof EngineFailure) return undefined;
    throw failure;
  }
}

/**
 * @param source on trials of the search's own
 * @param fused the graph that all targets are lowered from
 * @param outputs that count
 */
async function* search(
  check: Check,
  source: StartedSource,
  fused: Model,
  outputs: readonly string[],
  tolerance: number,
): AsyncGenerator<KeptSet, Shortfall | undefined> {
  const shares = sharesOf(fused.graph);
  const shareOf = (nodes: Iterable<Node>) => [...nodes].reduce((sum, node) => sum + (shares.get(node) ?? 0), 0);
  const { beyond, close, overflow, count } = await overflowing(check, source, fused);
  const least = shareOf(beyond);
  if (overflow && least > CAP) return { kind: 'overflow', share: least, count, kept: [...beyond], ...overflow };
  const kept = shareOf(close) > CAP ? beyond : close;
  const share = shareOf(kept);

  const switchable = (await loadOnnx()).switchableFloat16(fused.copy());
  if (!switchable || outputs.length === 0) return undefined;
  const switched = await Switched.load(check, source, switchable, outputs);
  try {
    if (overflow && share > HEAD_ROOM && least < share) yield { nodes: [...beyond], share: least, overflow };
    if (overflow) yield { nodes: [...kept], share, overflow };
    const byLabel = new Map(fused.graph.sorted().map((node) => [node.label, node]));
    const nodes = switchable.nodes.flatMap((label) => byLabel.get(label) ?? []);
    const rank = new Map<Node, number>();
    for (const node of nodes) {
      if (kept.has(node)) continue;
      const own = await switched.price((other) => other === node.label);
      rank.set(node, own ** 2 / ((shares.get(node) ?? 0) + BASE_SHARE));
    }
    const order = [...rank.keys()].sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0));
    const chosen = [...kept];
    let spent = share;
    for (const node of order) {
      const cost = shares.get(node) ?? 0;
      if (spent + cost > CAP) continue;
      chosen.push(node);
      spent += cost;
    }
    const priceOf = (set: readonly Node[]) => {
      const labels = new Set(set.map(({ label }) => label));
      return switched.price((label) => !labels.has(label));
    };
    const isEnough = async (set: readonly Node[]) => (await priceOf(set)) <= tolerance / MARGIN;
    const dear = order.filter((node) => (shares.get(node) ?? 0) > BASE_SHARE);
    dear.sort((a, b) => (shares.get(b) ?? 0) - (shares.get(a) ?? 0));
    const reached = await priceOf(chosen);
    if (reached > tolerance / MARGIN) return { kind: 'spread', reached, share: spent };
    for (let size = FEWEST; kept.size + size < chosen.length; size *= 2) {
      const set = chosen.slice(0, kept.size + size);
      if (!(await isEnough(set))) continue;
      const nodes = await withoutUnneeded(set, dear, isEnough);
      yield { nodes, share: shareOf(nodes), overflow };
    }
    yield { nodes: chosen, share: spent, overflow };
    return { kind: 'spread', reached, share: spent };
  } finally {
    await switched.release();
  }
}

/** Producers and readers of what leaves float16's range, and where anything does, of what comes close to its end as well. */
async function overflowing(check: Check, source: StartedSource, fused: Model) {
  const measured = await magnitudesOf(check, source, fused);
  const above = (limit: number) => measured.filter(({ magnitude }) => magnitude > limit);
  const around = (all: readonly Measured[]) => new Set(all.flatMap(({ node, readers }) => [node, ...readers]));
  const outside = above(LARGEST_FLOAT16);
  const [first] = outside;
  return {
    beyond: around(outside),
    close: around(first ? above(LARGEST_FLOAT16 / 2) : []),
    count: outside.length,
    overflow: first && { first: first.node, magnitude: first.magnitude },
  };
}

/** A set without those nodes that it is enough without, tried one after another. */
async function withoutUnneeded(
  set: readonly Node[],
  unsure: readonly Node[],
  isEnough: (set: readonly Node[]) => Promise<boolean>,
): Promise<readonly Node[]> {
  let left = set;
  for (const node of unsure) {
    const fewer = left.filter((each) => each !== node);
    if (fewer.length < left.length && (await isEnough(fewer))) left = fewer;
  }
  return left;
}

/** The program with any of its nodes in float16, by one session. */
class Switched {
  readonly #pricing: Awaited<ReturnType<Check['pricing']>>;
  readonly #switchable: SwitchableFloat16;

  private constructor(pricing: Awaited<ReturnType<Check['pricing']>>, switchable: SwitchableFloat16) {
    this.#pricing = pricing;
    this.#switchable = switchable;
  }

  static async load(
    check: Check,
    source: StartedSource,
    switchable: SwitchableFloat16,
    outputs: readonly string[],
  ): Promise<Switched> {
    return new Switched(await check.pricing(await asCandidate(switchable.model), source, outputs), switchable);
  }

  price(isRounded: (label: string) => boolean): Promise<number> {
    const { input, nodes } = this.#switchable;
    const flags = Tensor.from(
      'bool',
      [nodes.length],
      nodes.map((label) => Number(isRounded(label))),
    );
    return this.#pricing.price(new Map([[input, flags]]));
  }

  release(): Promise<void> {
    return this.#pricing.release();
  }
}
