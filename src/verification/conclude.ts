import { unmetBudget } from '../data/budgets.js';
import type { DataFiguresReport, PreprocessingReport } from '../data/report.js';
import type { EngineInfo } from '../engines/index.js';
import { EngineError, GateError, type MobileoneError, NotEquivalentError } from '../model/index.js';
import type { FiguresReport, JudgementReport } from '../report/index.js';
import { barFor, type Demands, type Kind } from './bar.js';
import type { Findings } from './findings.js';
import { reduce } from './reduce.js';
import type { OutputFacts } from './reference.js';

/** What candidates are judged by besides what samples showed, as plain data: the same in every part of a verification. */
export interface Terms {
  readonly outputs: readonly OutputFacts[];
  /** Names the constant that makes the reference answer NaN or infinity, where one is known. */
  readonly suspect: () => string | undefined;
  /** In the order of the records'. */
  readonly candidates: readonly CandidateTerms[];
  readonly demands: Demands;
  /** What is known of a user's samples; undefined: seeded draws. */
  readonly data: DataTerms | undefined;
}

/** What is known of a candidate that ran. */
export interface CandidateTerms {
  readonly kind: Kind;
  /** null where it does not start. */
  readonly engine: EngineInfo | null;
  /** Its bytes, over the reference's. */
  readonly bytesRatio: number;
}

/** What is known of a user's samples. */
export interface DataTerms {
  readonly labels: readonly string[] | undefined;
  readonly preprocessing: PreprocessingReport | null;
}

/** What samples say of a candidate. */
export interface Conclusion {
  /** undefined where it was tried on no sample, or failed. */
  readonly judged?: Judged;
  readonly data: DataFiguresReport | null;
  readonly error: MobileoneError | undefined;
}

/** A candidate that was compared. */
export interface Judged {
  readonly judgement: JudgementReport;
  readonly notes: readonly string[];
  readonly engine: EngineInfo | null;
  /** Nothing fails and something is undecided: other draws may decide. */
  readonly isOpen: boolean;
}

/**
 * Judges one candidate by what samples showed: nothing but what is given here decides, wherever and in how many parts their
 * records came to be.
 * @param findings of all samples
 * @param place of the candidate in them
 * @param failure why the candidate did not run to the end
 */
export function conclude(
  findings: Findings,
  place: number,
  terms: Terms,
  failure: MobileoneError | undefined,
): Conclusion {
  const candidate = terms.candidates[place];
  if (failure || !candidate) return { data: null, error: failure };
  const { kind, engine, bytesRatio } = candidate;
  const bar = barFor(kind, terms.demands, terms.data !== undefined);
  const reduced = reduce(findings, place, terms, bar, kind);
  if (!reduced) {
    const what = 'it takes none of the sizes that the reference was tried at';
    return { data: null, error: new NotEquivalentError({ what }) };
  }
  const { outputs } = reduced.judgement;
  const isOpen =
    outputs.every(({ failures }) => failures.length === 0) && outputs.some(({ isUndecided }) => isUndecided);
  const noise = outputs.map((figures) => figures.noise);
  const data = (terms.data && findings.onData[place]?.report({ ...terms.data, noise })) ?? null;
  return {
    judged: { ...reduced, engine, isOpen },
    data,
    error:
      failureOf(outputs) ??
      unjudged(reduced.unjudged) ??
      tooLarge(bytesRatio, terms.demands) ??
      (data ? unmetBudget(data, terms.demands) : undefined),
  };
}

/** What lies behind a selection is neither right nor wrong where it could not be looked at. */
function unjudged(output: string | undefined): EngineError | undefined {
  if (output === undefined) return undefined;
  return new EngineError({
    what: 'it selects otherwise than the reference, and what lies behind the selection could not be judged',
    where: { value: output },
    todo: 'compare what is selected among with --outputs',
  });
}

/** One error for all that fails: the line names the first, the report holds the rest. */
function failureOf(outputs: readonly FiguresReport[]): MobileoneError | undefined {
  const failed = outputs.find(({ failures }) => failures.length > 0);
  if (failed) {
    return new NotEquivalentError({
      what: `it does not answer like the reference: ${failed.failures[0]}`,
      where: { value: failed.output },
    });
  }
  const undecided = outputs.find(({ isUndecided }) => isUndecided);
  if (!undecided) return undefined;
  return new EngineError({
    what: `the reference does not reproduce itself on these inputs: right runs of it differ by ${undecided.noise?.toExponential(1)}, this candidate by ${undecided.error?.toExponential(1)}`,
    where: { value: undecided.output },
    todo: 'give inputs that it answers steadily with --inputs',
  });
}

function tooLarge(ratio: number, { maxBytesRatio }: Demands): MobileoneError | undefined {
  if (maxBytesRatio === undefined || ratio <= maxBytesRatio) return undefined;
  return new GateError({
    what: `it has ${ratio.toFixed(2)} times the bytes of the reference, allowed ${maxBytesRatio}`,
  });
}
