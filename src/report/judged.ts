import type { ArtefactReport, CheckReport } from '../commands/convert/report.js';
import type { CandidateReport } from '../commands/verify/report.js';
import type { ErrorReport, ExitCode, ModelReport, Outcome, WholeNumber } from './report.js';

/** An artefact of `convert` or a candidate of `verify`: pages, test reports and job summaries tell of both alike. */
export interface Judged
  extends Pick<CandidateReport, 'path' | 'format' | 'precision' | 'bytes' | 'matched' | 'check' | 'notes' | 'error'>,
    Pick<CandidateReport, 'data' | 'parted' | 'proof'> {
  readonly outcome: Outcome;
}

/** What was judged against a model. */
export function judgedOf({ artefacts, candidates }: ModelReport): Judged[] {
  return [...artefacts.map(judgedArtefact), ...candidates.map(judgedCandidate)];
}

function judgedArtefact({ target, path, precision, bytes, check, proof, parted, notes }: ArtefactReport): Judged {
  const error = check?.error ?? null;
  const isDisproved = proof?.blocks.some(({ verdict }) => verdict === 'different') ?? false;
  const outcome = isDisproved ? 'different' : outcomeOf(error, check);
  const onlyVerified = { matched: [], data: null };
  return { path, format: target, precision, bytes, check, proof, parted, notes, error, outcome, ...onlyVerified };
}

function judgedCandidate(candidate: CandidateReport): Judged {
  return { ...candidate, outcome: outcomeOf(candidate.error, candidate.check) };
}

function outcomeOf(error: ErrorReport | null, check: CheckReport | null): Outcome {
  if (error === null) return check ? check.verdict : 'not checked';
  const kinds: Partial<Record<ErrorReport['kind'], Outcome>> = {
    NotEquivalentError: 'different',
    GateError: 'budget not met',
    EngineError: 'not compared',
  };
  return kinds[error.kind] ?? 'failed';
}

/** What a whole run came to: that of its exit code, or of what was judged where nothing failed. */
export function outcomeOfRun(exitCode: ExitCode, models: readonly ModelReport[]): Outcome {
  const codes: Partial<Record<ExitCode, Outcome>> = { 5: 'different', 7: 'budget not met', 8: 'not compared' };
  if (exitCode !== 0) return codes[exitCode] ?? 'failed';
  const outcomes = models.flatMap((model) => judgedOf(model).map(({ outcome }) => outcome));
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'equivalent') ? 'equivalent' : 'not checked';
}

/** An outcome as a sentence that has the artefact as its subject. */
export const SENTENCES: Readonly<Record<Outcome, string>> = {
  equivalent: 'answers alike',
  different: 'answers otherwise',
  'budget not met': 'does not meet a budget',
  'not compared': 'was not compared',
  'not checked': 'was not checked',
  failed: 'failed',
};

/** Bytes of a source with its external data; null where they are not known. */
export function sourceBytes({ bytes, data }: ModelReport['source']): WholeNumber | null {
  return bytes === null ? null : data.reduce((sum, file) => sum + file.bytes, bytes);
}
