import type { Answered, Check, Pricing, StartedSource } from '../check/index.js';
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
  /** On the search's own trials: `l2` with nothing kept, and with the largest set. */
  | { readonly kind: 'spread'; readonly before: number; readonly reached: number; readonly share: number };

/**
 * Sets of nodes to keep in float32 so that rounding costs no more than it may, from the smallest on; whoever asks for the next
 * has found that the last one is not enough on trials that the search never saw. What overflows is kept first, with all that
 * reads it; then the nodes whose own error is largest for what they cost. The largest set is tried before all others: where that is
 * not enough, none is. Of a set that is enough, nodes go again which are dear and not needed.
 * @returns why there is no further set; undefined where that is not known, as after an engine's death
 */
export async function* searchFp32(searched: Searched): AsyncGenerator<KeptSet, Shortfall | undefined> {
  try {
    return yield* search(searched);
  } catch (failure) {
    if (failure instanceof EngineFailure) return undefined;
    throw failure;
  }
}

/** What is searched in. */
export interface Searched {
  readonly check: Check;
  /** On trials of the search's own. */
  readonly source: StartedSource;
  /** The graph that all targets are lowered from. */
  readonly fused: Model;
  /** Those that count. */
  readonly outputs: readonly string[];
  /** What rounding may cost. */
  readonly tolerance: number;
  /** Hears how many nodes were asked what they cost. */
  readonly onProgress?: ((samples: { readonly done: number; readonly total: number }) => void) | undefined;
}

async function* search(searched: Searched): AsyncGenerator<KeptSet, Shortfall | undefined> {
  const { check, source, fused, outputs, tolerance } = searched;
  const costs = new Costs(fused);
  const { beyond, close, overflow, count } = await overflowing(check, source, fused);
  const least = costs.shareOf(beyond);
  if (overflow && least > CAP) return { kind: 'overflow', share: least, count, kept: [...beyond], ...overflow };
  const kept = costs.shareOf(close) > CAP ? beyond : close;

  const switchable = (await loadOnnx()).switchableFloat16(fused.copy());
  if (!switchable || outputs.length === 0) return undefined;
  const switched = await Switched.load(check, source, switchable, outputs);
  try {
    const attempts = new Attempts(switched, costs, overflow, tolerance / MARGIN);
    if (overflow) yield* searchInRange({ beyond, kept }, costs, attempts);
    const byLabel = new Map(fused.graph.sorted().map((node) => [node.label, node]));
    const open = switchable.nodes.flatMap((label) => byLabel.get(label) ?? []).filter((node) => !kept.has(node));
    const ranking = new Ranking(switched, await switched.dearest([...kept]), costs, (done) =>
      searched.onProgress?.({ done, total: open.length }),
    );
    return yield* searchByCost({ kept, open }, costs, attempts, ranking);
  } finally {
    await switched.release();
  }
}

/** Sets of what leaves float16's range, and of what comes close to its end. */
async function* searchInRange(
  { beyond, kept }: { readonly beyond: ReadonlySet<Node>; readonly kept: ReadonlySet<Node> },
  costs: Costs,
  attempts: Attempts,
): AsyncGenerator<KeptSet, void> {
  if (costs.shareOf(kept) > HEAD_ROOM && (await attempts.isEnough([...beyond]))) {
    yield attempts.setOf(await attempts.withoutUnneeded([...beyond], costs.dearest(beyond)));
  }
  if (await attempts.isEnough([...kept])) yield* attempts.attempt([...kept]);
}

/** Sets of the nodes whose own error is largest for what they cost, beside those that are kept at any rate. */
async function* searchByCost(
  { kept, open }: { readonly kept: ReadonlySet<Node>; readonly open: readonly Node[] },
  costs: Costs,
  attempts: Attempts,
  ranking: Ranking,
): AsyncGenerator<KeptSet, Shortfall> {
  // All that takes nothing is in the largest set, so that this set is known before those nodes are asked.
  const [costly, free] = [open.filter((node) => costs.of(node) > 0), open.filter((node) => costs.of(node) === 0)];
  const largest = costs.withinCap(kept, [...free, ...(await ranking.sorted(costly))]);
  const reached = await attempts.price(largest.chosen);
  const before = await attempts.price([]);
  const shortfall = { kind: 'spread', before, reached, share: largest.share } as const;
  if (reached > attempts.limit) return shortfall;
  const { chosen } = costs.withinCap(kept, await ranking.sorted(open));
  for (let size = FEWEST; kept.size + size < chosen.length; size *= 2) {
    const set = chosen.slice(0, kept.size + size);
    if (!(await attempts.isEnough(set))) continue;
    yield* attempts.attempt(await attempts.withoutUnneeded(set, costs.dearest(open)));
  }
  if (await attempts.isEnough(chosen)) yield* attempts.attempt(chosen);
  return shortfall;
}

/** What nodes take of all multiply-accumulates. */
class Costs {
  readonly #shares: ReadonlyMap<Node, number>;

  constructor(fused: Model) {
    this.#shares = sharesOf(fused.graph);
  }

  of(node: Node): number {
    return this.#shares.get(node) ?? 0;
  }

  shareOf(nodes: Iterable<Node>): number {
    return [...nodes].reduce((sum, node) => sum + this.of(node), 0);
  }

  /** Those of them that are dear, the dearest first. */
  dearest(nodes: Iterable<Node>): Node[] {
    return [...nodes].filter((node) => this.of(node) > BASE_SHARE).sort((a, b) => this.of(b) - this.of(a));
  }

  /** What is kept at any rate, and of others in their order as many as the cap has room for. */
  withinCap(kept: ReadonlySet<Node>, order: readonly Node[]): { readonly chosen: Node[]; readonly share: number } {
    let share = this.shareOf(kept);
    const chosen = [...kept];
    for (const node of order) {
      if (share + this.of(node) > CAP) continue;
      chosen.push(node);
      share += this.of(node);
    }
    return { chosen, share };
  }
}

/** Sets that are tried, and what such a set may cost: less after each that was not enough on other trials. */
class Attempts {
  readonly #switched: Switched;
  readonly #costs: Costs;
  readonly #overflow: Overflow | undefined;
  #limit: number;

  constructor(switched: Switched, costs: Costs, overflow: Overflow | undefined, limit: number) {
    this.#switched = switched;
    this.#costs = costs;
    this.#overflow = overflow;
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  price(set: readonly Node[]): Promise<number> {
    return this.#switched.price(set);
  }

  async isEnough(set: readonly Node[]): Promise<boolean> {
    return (await this.price(set)) <= this.#limit;
  }

  setOf(nodes: readonly Node[]): KeptSet {
    return { nodes, share: this.#costs.shareOf(nodes), overflow: this.#overflow };
  }

  async *attempt(nodes: readonly Node[]): AsyncGenerator<KeptSet, void> {
    const price = await this.price(nodes);
    yield this.setOf(nodes);
    // What costs hardly less than a set that was not enough on other trials is not enough there, either.
    this.#limit = Math.min(this.#limit, price / 2);
  }

  /** A set without those nodes that it is enough without, tried one after another. */
  async withoutUnneeded(set: readonly Node[], unsure: readonly Node[]): Promise<readonly Node[]> {
    let left = set;
    for (const node of unsure) {
      const fewer = left.filter((each) => each !== node);
      if (fewer.length < left.length && (await this.isEnough(fewer))) left = fewer;
    }
    return left;
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

/** Nodes by what each alone costs in float16 for what it takes, the dearest first. One trial is enough for a place among hundreds. */
class Ranking {
  readonly #switched: Switched;
  readonly #trials: Answered;
  readonly #costs: Costs;
  readonly #advance: (done: number) => void;
  readonly #ranks = new Map<Node, number>();

  constructor(switched: Switched, trials: Answered, costs: Costs, advance: (done: number) => void) {
    this.#switched = switched;
    this.#trials = trials;
    this.#costs = costs;
    this.#advance = advance;
  }

  /** Asks those that were not asked yet. */
  async sorted(nodes: readonly Node[]): Promise<Node[]> {
    for (const node of nodes) {
      if (this.#ranks.has(node)) continue;
      const own = await this.#switched.priceOfRounding(node, this.#trials);
      this.#ranks.set(node, own ** 2 / (this.#costs.of(node) + BASE_SHARE));
      this.#advance(this.#ranks.size);
    }
    return [...nodes].sort((a, b) => (this.#ranks.get(b) ?? 0) - (this.#ranks.get(a) ?? 0));
  }
}

/** The program with any of its nodes in float16, by one session. */
class Switched {
  readonly #pricing: Pricing;
  readonly #switchable: SwitchableFloat16;

  private constructor(pricing: Pricing, switchable: SwitchableFloat16) {
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

  /** All but these in float16. */
  price(kept: readonly Node[]): Promise<number> {
    return this.#pricing.price(this.#feedsBut(kept));
  }

  /** One alone in float16. */
  priceOfRounding({ label }: Node, trials: Answered): Promise<number> {
    return this.#pricing.price(
      this.#feeds((other) => other === label),
      trials,
    );
  }

  /** The trial that counts most where all but these are in float16. */
  dearest(kept: readonly Node[]): Promise<Answered> {
    return this.#pricing.dearest(this.#feedsBut(kept));
  }

  #feedsBut(kept: readonly Node[]): ReadonlyMap<string, Tensor> {
    const labels = new Set(kept.map(({ label }) => label));
    return this.#feeds((label) => !labels.has(label));
  }

  #feeds(isRounded: (label: string) => boolean): ReadonlyMap<string, Tensor> {
    const { input, nodes } = this.#switchable;
    const flags = Tensor.from(
      'bool',
      [nodes.length],
      nodes.map((label) => Number(isRounded(label))),
    );
    return new Map([[input, flags]]);
  }

  release(): Promise<void> {
    return this.#pricing.release();
  }
}
