import type { Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { Changes } from '../../passes/pass.js';
import { removeDeadNodes } from '../../passes/remove-dead-nodes.js';
import type { Measure, Timing } from '../measure.js';
import { gainOf, isGain } from './gain.js';
import type { AdviceReport } from './report.js';
import type { Rewriting } from './rewriting.js';
import { REWRITINGS } from './rewritings/index.js';

/** What is to be made faster. All sizes fixed, and types inferred. */
export interface Advised {
  /** As it was given. */
  readonly source: Model;
  /** The same, fused; all other changes are made on it. */
  readonly fused: Model;
  /** Whether fusing found anything. */
  readonly blocks: number;
}

/** How long may be measured, by which clock. */
export interface AdviceLimits {
  readonly seconds: number;
  /** Milliseconds. */
  now(): number;
}

/** What was found, and what there was no time for. */
export interface Advice {
  readonly advice: readonly AdviceReport[];
  /** What changes that could be made were not measured. */
  readonly untried: readonly string[];
}

const FUSE = { name: 'fuse', what: 'fuse the blocks that are left (mobileone convert)', isExact: true } as const;
const [BEFORE, AFTER] = ['before', 'after'];

/**
 * What would make a network faster in the engines at hand: every change that can be made is made on a copy and timed beside the
 * network without it. Only what gains beyond the noise is told, the most first.
 */
export async function advise(
  { source, fused, blocks }: Advised,
  measure: Measure,
  { seconds, now }: AdviceLimits,
  rewritings: readonly Rewriting[] = REWRITINGS,
): Promise<Advice> {
  const end = now() + 1000 * seconds;
  const advice: AdviceReport[] = [];
  const untried: string[] = [];
  const attempt = async (change: Omit<Rewriting, 'rewrite'>, places: number, before: Model, after: Model) => {
    if (now() >= end) {
      untried.push(change.what);
      return;
    }
    const timings = await measure(
      new Map([
        [BEFORE, before],
        [AFTER, after],
      ]),
    );
    advice.push(...gains(change, places, timings.get(BEFORE) ?? [], timings.get(AFTER) ?? []));
  };
  if (blocks > 0) await attempt(FUSE, blocks, source, fused);
  for (const rewriting of rewritings) {
    const copy = fused.copy();
    const places = rewriting.rewrite(copy.graph);
    if (places === 0) continue;
    removeDeadNodes.run(copy.graph, new Changes());
    inferTypes(copy.graph);
    await attempt(rewriting, places, fused, copy);
  }
  return { advice: advice.sort((a, b) => b.gain - a.gain), untried };
}

function gains(
  { name, what, isExact }: Omit<Rewriting, 'rewrite'>,
  places: number,
  before: readonly Timing[],
  after: readonly Timing[],
): AdviceReport[] {
  return before.flatMap(({ engine, threads, median, turns }) => {
    const changed = after.find((each) => each.engine === engine && each.threads === threads);
    const gain = changed && gainOf(turns, changed.turns);
    if (!gain || !isGain(gain)) return [];
    const times = { before: median, after: changed.median, gain: gain.share, noise: gain.noise };
    return [{ name, what, places, exact: isExact, engine, threads, ...times }];
  });
}
