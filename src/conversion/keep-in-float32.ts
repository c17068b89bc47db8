import type { Verdict } from '../check/index.js';
import { sha256 } from '../files/index.js';
import type { Opened } from '../formats/format.js';
import { namesOf } from '../formats/keep-fp32.js';
import { type MobileoneError, type Node, NotEquivalentError } from '../model/index.js';
import { GIVE_SMALLER, reaching } from '../proof/beyond-float16.js';
import { openWritten } from '../proof/candidates.js';
import { keepFp32List } from '../proof/keep-fp32-list.js';
import type { ModelCheck } from '../proof/model-check.js';
import { CAP, type KeptSet, LARGEST_FLOAT16, type Shortfall } from '../proof/search-fp32.js';
import { showFigure, showShare } from '../report/numbers.js';
import { lowerFor } from '../source/lower-for.js';
import type { Lowered, Stage } from './artefacts.js';
import type { Work } from './convert-model.js';
import { dearRounding } from './dear-rounding.js';

/** More names than this are no note. */
const NAMED = 8;

/** What was judged already, and how another attempt is written. */
interface Attempts {
  readonly check: ModelCheck;
  readonly opened: Opened;
  readonly verdict: Verdict;
  stageAgain(lowered: Lowered): Promise<Stage>;
}

/** A set that was enough for the search, and not for the run. */
interface Failed {
  readonly set: KeptSet;
  readonly error: MobileoneError;
}

/** An artefact that was judged. */
interface Judged {
  readonly stage: Stage;
  readonly opened: Opened;
  readonly verdict: Verdict;
}

/**
 * Writes an artefact again with a few nodes in float32, where all that it lacks is what rounding costs. What was chosen on
 * trials of the search's own is judged on those of the run.
 * @returns the artefact as it was, with the reason, where no choice is enough
 */
export async function keepInFloat32(work: Work, stage: Stage, attempts: Attempts): Promise<Judged> {
  const { check, opened, verdict } = attempts;
  const { model } = work.source;
  const first: Judged = { stage, opened, verdict };
  const explained = async () => ({ ...first, verdict: await check.explained(verdict, { ...stage, opened }, model) });
  if (!verdict.error) return first;
  const sets = await check.keepFp32({ ...stage, opened }, verdict, model, (samples) => {
    work.stations.advance('search', samples);
  });
  if (!sets) return explained();
  let last: Failed | undefined;
  for (;;) {
    const { value, done } = await sets.next();
    if (done)
      return value ? { ...first, verdict: fallingShort(attempts, value, last, model.graph.sorted()) } : explained();
    const attempt = await tryWith(work, stage, value, attempts);
    const { error } = attempt.verdict;
    if (error) {
      await attempt.stage.staged.onDisk;
      last = { set: value, error };
      continue;
    }
    await sets.return(undefined);
    return attempt;
  }
}

async function tryWith({ run, plan, source }: Work, stage: Stage, set: KeptSet, attempts: Attempts): Promise<Judged> {
  const { target } = stage;
  const options = { ...stage.options, keepFp32: set.nodes.flatMap(patternsOf) };
  const { program, notes } = lowerFor(target, source.model, options);
  const artefact = target.write(program, plan.baseName, sha256);
  const again = await attempts.stageAgain({ ...stage, options, notes, artefact });
  const opened = openWritten(target, again.staged.artefact, run.labels);
  const verdict = await attempts.check.judge({ ...again, opened }, source.model);
  return { stage: { ...again, notes: [...notes, noteOf(set, attempts.verdict, verdict)] }, opened, verdict };
}

/** By the source nodes that it stands for, which passes of a target keep; a node without is known by its own name. */
function patternsOf(node: Node): string[] {
  const [label, ...sources] = namesOf(node);
  const named = sources.filter((name) => name !== '');
  return named.length > 0 ? named : [label ?? ''];
}

function noteOf({ nodes, share, overflow }: KeptSet, before: Verdict, after: Verdict): string {
  const names = nodes.slice(0, NAMED).map(({ label }) => label);
  const more = nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : '';
  const why = overflow
    ? `${overflow.first.label} reaches ${overflow.magnitude.toPrecision(2)}, beyond fp16's ${LARGEST_FLOAT16}`
    : dearRounding(before.judgements.at(-1)?.outputs ?? []);
  const gain = `l2 ${showFigure(priceOf(before))} becomes ${showFigure(priceOf(after))}`;
  return `${nodes.length} ${nodes.length === 1 ? 'node stays' : 'nodes stay'} in fp32 (${showShare(share)} of the multiply-accumulates), as ${why}: ${gain}; --keep-fp32 none leaves them in fp16: ${names.join(', ')}${more}`;
}

/** The largest `l2` of the file's outputs; null where one has none, as with infinities. */
function priceOf({ judgements }: Verdict): number | null {
  const last = judgements.at(-1)?.outputs ?? [];
  const prices = last.map(({ l2, failures }) => (failures.some((each) => /NaN|Infinity/.test(each)) ? null : l2));
  return prices.reduce((worst, each) => (worst === null || each === null ? null : Math.max(worst, each)), 0);
}

const finite = (price: number): number | null => (Number.isFinite(price) ? price : null);

function fallingShort(
  { verdict, check: { isOnGivenInputs } }: Attempts,
  shortfall: Shortfall,
  last: Failed | undefined,
  nodes: readonly Node[],
): Verdict {
  const { error } = verdict;
  if (!(error instanceof NotEquivalentError)) return verdict;
  const cap = showShare(CAP);
  if (shortfall.kind === 'spread') {
    const why = last ? stillFailing(last) : spreading(shortfall);
    return {
      ...verdict,
      error: new NotEquivalentError({
        what: `${error.what}; ${why}, and no more than ${cap} stays there unasked`,
        where: error.where,
        todo: `take --precision fp32${isOnGivenInputs ? '' : ', or judge it on your own data with --inputs'}`,
        cause: error,
      }),
    };
  }
  const { first, share, kept } = shortfall;
  return {
    ...verdict,
    error: new NotEquivalentError({
      what: `${error.what}; ${reaching(shortfall)}: to keep them and what reads them in fp32 takes ${showShare(share)} of the multiply-accumulates, and no more than ${cap} stays there unasked`,
      where: { node: first.label, ...(error.where.value ? { value: error.where.value } : {}) },
      todo: `take --precision fp32, or ask for it with --keep-fp32 ${keepFp32List(new Set(kept), nodes)}${isOnGivenInputs ? '' : GIVE_SMALLER}`,
      cause: error,
    }),
  };
}

function stillFailing({ set: { nodes, share }, error }: Failed): string {
  return `with ${nodes.length} nodes (${showShare(share)} of the multiply-accumulates) in fp32, ${error.what}`;
}

function spreading({ before, reached, share }: Extract<Shortfall, { kind: 'spread' }>): string {
  const gain = `l2 ${showFigure(finite(before))} becomes ${showFigure(finite(reached))}`;
  return `the error is spread over the network: on other draws ${gain} with ${showShare(share)} of the multiply-accumulates in fp32`;
}
