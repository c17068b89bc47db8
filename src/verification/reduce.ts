import { type Bar, Comparison, judgeCompared } from '../check/index.js';
import type { FiguresReport, JudgementReport } from '../report/index.js';
import type { DrawFindings, Findings } from './findings.js';
import { judgeSelections } from './judge-selections.js';
import type { OutputFacts } from './reference.js';

/** What findings are judged by: the same for every part of a verification. */
export interface Reduction {
  readonly outputs: readonly OutputFacts[];
  /** Names the constant that makes the reference answer NaN or infinity, where one is known. */
  readonly suspect: () => string | undefined;
}

/** A candidate over all samples, and what a reader should know, a sentence each. */
export interface Judged {
  readonly judgement: JudgementReport;
  readonly notes: readonly string[];
  /** An output that follows from a selection, differs, and could not be judged by what it selects among. */
  readonly unjudged: string | undefined;
}

/**
 * Judges one candidate by what all samples showed. Where the reference does not reproduce itself on the first draws, later
 * ones decide.
 * @param place of the candidate in the records
 * @returns undefined where it was tried on no sample
 */
export function reduce(
  findings: Findings,
  place: number,
  { outputs, suspect }: Reduction,
  bar: Bar,
  precision: string,
): Judged | undefined {
  const [first, ...others] = findings.draws;
  const tried = first?.candidates[place];
  if (!first || !tried || tried.trials === 0) return undefined;
  const notes = new Set<string>();
  const judge = (draw: DrawFindings, output: number, isOwn = false) =>
    judgeOne(draw, { place, output, facts: outputs[output], isOwn, bar, suspect, notes });
  const judged = outputs.flatMap(({ name, role }, output) => {
    if (role === 'read') return [];
    let result = judge(first, output);
    for (const other of others) {
      if (!result.isUndecided) break;
      notes.add(`${name}: the reference does not reproduce itself on the first draws; others decide`);
      result = judge(other, output);
    }
    return result;
  });
  const selections = judgeSelections(judged, outputs, tried, (output) => judge(first, output, true));
  const judgement: JudgementReport = {
    purpose: 'artefact',
    precision,
    tolerance: bar.tolerance,
    measure: bar.measure ?? 'error',
    trials: tried.trials,
    tried: tried.tried,
    outputs: selections.outputs,
  };
  return { judgement, notes: [...notes], unjudged: selections.unjudged };
}

/** What one output of one candidate is judged by. */
interface Question {
  readonly place: number;
  readonly output: number;
  readonly facts: OutputFacts | undefined;
  /** Whether the reference was given what the candidate selects among. */
  readonly isOwn: boolean;
  readonly bar: Bar;
  readonly suspect: () => string | undefined;
  readonly notes: Set<string>;
}

function judgeOne(draw: DrawFindings, { place, output, facts, isOwn, bar, suspect, notes }: Question): FiguresReport {
  const { name = '', resolution = 0, range, role = 'output' } = facts ?? {};
  const candidate = draw.candidates[place];
  const compared = (isOwn ? candidate?.own.get(output) : candidate?.outputs[output]) ?? new Comparison();
  const noise = draw.noise(output, resolution);
  const spread = { largest: () => draw.response(output) };
  return judgeCompared({ name, role, compared, noise, spread, facts: { resolution, range, suspect } }, bar, notes);
}
