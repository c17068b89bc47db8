import { type Engine, EngineFailure } from '../engines/index.js';
import { EngineError } from '../model/index.js';
import { loadCandidate, runCandidate } from './candidate.js';
import { Comparison } from './comparison.js';
import { isJumping, type Role } from './judged-output.js';
import {
  type AmongOwn,
  answersTo,
  type JudgedOutput,
  type Judgement,
  type JudgementResult,
  judgeEach,
} from './judgement.js';
import { judgeNearTies } from './near-ties.js';
import type { Bar } from './verdict.js';

/** What runs an artefact, and what its source without optimisations. */
export interface EnginesBehind {
  readonly artefact: Engine;
  readonly source: Engine;
}

/**
 * Judges outputs that follow from a selection and differ once more: what the artefact selects among has to agree, what it chose is
 * held against the rule, and where the source is given that, what it makes of it. Then only near ties have changed places, which
 * rounding does. Where source and artefact select alike nothing of this is needed.
 * @param result of the judgement as it is
 * @throws EngineError where what lies behind a selection cannot be judged
 */
export async function judgeBehindSelections(
  engines: EnginesBehind,
  { selections }: Judgement,
  result: JudgementResult,
  bar: Bar,
  notes: Set<string>,
): Promise<JudgementResult> {
  const jumped = result.outputs.filter(
    ({ output, failures }) => selections?.outputs.has(output) && failures.length > 0,
  );
  const [first] = jumped;
  if (!selections || !first) return result;
  const among = await selections.amongOwn();
  if (!among) throw cannotJudge(first, 'it does not say what it selects among');
  const comparisons = await compareAmongOwn(engines, among, first);
  const roleOf = (name: string): Role => (selections.outputs.has(name) ? 'behind' : 'read');
  const judged = await judgeEach(comparisons, among.source, roleOf, bar, notes);
  const undecided = judged.find(({ isUndecided }) => isUndecided);
  if (undecided) throw cannotJudge(first, `right runs of the source differ by ${undecided.noise?.toExponential(1)}`);
  const found = judged.map((figures) => ({ figures, isBehind: isJumping(roleOf(figures.output)) }));
  return { ...result, outputs: judgeNearTies(result.outputs, jumped, found, ({ movedRows }) => movedRows) };
}

/** By name of the source's value. @throws EngineError where the engines do not take what is given */
async function compareAmongOwn(
  engines: EnginesBehind,
  among: AmongOwn,
  first: JudgedOutput,
): Promise<Map<string, Comparison>> {
  const comparisons = new Map<string, Comparison>();
  try {
    const answered = await answersTo(among);
    const session = await loadCandidate(engines.artefact, among);
    const behind = await among.behind(engines.source);
    for (const { trial, outputs } of answered) {
      const sums = await behind.compare(trial, outputs, await runCandidate(session, among, trial));
      if (!sums) throw cannotJudge(first, 'the source does not take what it selects among');
      for (const [name, each] of sums) {
        const known = comparisons.get(name) ?? new Comparison();
        comparisons.set(name, known);
        known.absorb(each);
      }
    }
    await Promise.all([session.release(), behind.release()]);
    return comparisons;
  } catch (error) {
    if (error instanceof EngineFailure && error.kind === 'refused') throw cannotJudge(first, error.message);
    throw error;
  }
}

function cannotJudge({ output }: JudgedOutput, why: string): EngineError {
  return new EngineError({
    what: `it selects otherwise than the source among near ties, and what lies behind the selection could not be judged: ${why}`,
    where: { value: output },
    todo: 'give other inputs with --inputs, or use --no-check',
  });
}
