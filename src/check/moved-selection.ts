import { type Engine, EngineFailure } from '../engines/index.js';
import { EngineError, UnsupportedError } from '../model/index.js';
import { type BehindSelections, type JudgedOutput, type Judgement, type JudgementResult, judge } from './judgement.js';
import type { Bar } from './verdict.js';

/**
 * Judges outputs that follow from a selection and differ once more: where source and artefact are both given what the
 * source selected, what the selections read and what lies behind them has to agree. Then only near ties have changed
 * places, which rounding does. Where source and artefact select alike nothing of this is needed.
 * @param result of the judgement as it is
 * @throws EngineError where what lies behind a selection cannot be judged
 */
export async function judgeBehindSelections(
  engine: Engine,
  { selections }: Judgement,
  result: JudgementResult,
  bar: Bar,
  notes: Set<string>,
): Promise<JudgementResult> {
  const [first] = jumped(result, selections);
  if (!selections || !first) return result;
  const fed = await judgeFed(engine, selections, first, bar, notes);
  const undecided = fed.outputs.find(({ isUndecided }) => isUndecided);
  if (undecided) throw cannotJudge(first, `right runs of the source differ by ${undecided.noise?.toExponential(1)}`);
  const failures = fed.outputs.flatMap(({ output, failures: own }) =>
    own.map((failure) => `where both are given the source's selection, ${output}: ${failure}`),
  );
  const outputs = result.outputs.map((output) =>
    jumped(result, selections).includes(output) ? { ...output, failures, reason: reasonOf(output, fed) } : output,
  );
  const known = new Set(outputs.map(({ output }) => output));
  return { ...result, outputs: [...outputs, ...fed.outputs.filter(({ output }) => !known.has(output))] };
}

/** Outputs behind a selection that do not pass as they are. */
function jumped({ outputs }: JudgementResult, selections: BehindSelections | undefined): JudgedOutput[] {
  return outputs.filter(({ output, failures }) => selections?.outputs.has(output) && failures.length > 0);
}

async function judgeFed(
  engine: Engine,
  selections: BehindSelections,
  { output }: JudgedOutput,
  bar: Bar,
  notes: Set<string>,
): Promise<JudgementResult> {
  try {
    return await judge(engine, await selections.fed(), bar, notes);
  } catch (error) {
    if (error instanceof UnsupportedError) throw cannotJudge({ output }, error.message);
    if (error instanceof EngineFailure && error.kind === 'refused') throw cannotJudge({ output }, error.message);
    throw error;
  }
}

function cannotJudge({ output }: Pick<JudgedOutput, 'output'>, why: string): EngineError {
  return new EngineError({
    what: `it selects otherwise than the source among near ties, and what lies behind the selection could not be judged: ${why}`,
    where: { value: output },
    todo: 'give other inputs with --inputs, or use --no-check',
  });
}

function reasonOf({ movedRows }: JudgedOutput, { outputs }: JudgementResult): string {
  const rows = movedRows && movedRows.moved > 0 ? `${movedRows.moved} of ${movedRows.rows} rows moved` : 'rows moved';
  const worst = Math.max(0, ...outputs.flatMap(({ error }) => error ?? []));
  return `${rows} by near ties; given the source's selection all agrees (error ${worst.toExponential(1)})`;
}
