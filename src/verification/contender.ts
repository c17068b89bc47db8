import { EngineFailure, type EngineInfo } from '../engines/index.js';
import type { ArtefactInMemory } from '../files/index.js';
import type { EngineName } from '../formats/format.js';
import { EngineError, type MobileoneError, NotEquivalentError } from '../model/index.js';
import { disproof } from '../proof/prove-artefact.js';
import { type CandidateReport, type CheckReport, type ProofReport, reportError } from '../report/index.js';
import { type Demands, judgedAs, kindOf } from './bar.js';
import type { PartedReport } from './bisect/report.js';
import type { OpenCandidate } from './candidate.js';
import type { CandidateTerms, Conclusion, DataTerms, Judged, Terms } from './conclude.js';
import type { Engines } from './engines.js';
import { reportMatching } from './match.js';
import type { FoundArtefact, OpenArtefact } from './open-artefact.js';
import type { Recording } from './record-samples.js';
import { withFile } from './with-file.js';

/** A candidate on its way: as far as it came. */
export interface Contender {
  readonly given: string | ArtefactInMemory;
  /** As messages call it. */
  readonly path: string;
  readonly notes: string[];
  found?: FoundArtefact;
  opened?: OpenArtefact;
  candidate?: OpenCandidate;
  conclusion?: Conclusion;
  proof?: ProofReport | undefined;
  parted?: PartedReport;
  error?: MobileoneError | undefined;
}

/** A candidate that could be opened and matched. */
export type Opponent = Contender & { readonly candidate: OpenCandidate };

/** What candidates that ran are judged by. */
export async function termsOf(
  opponents: readonly Opponent[],
  { reference, engines }: Recording,
  demands: Demands,
  data: DataTerms | undefined,
): Promise<Terms> {
  const candidates = opponents.map(async ({ candidate: { artefact } }): Promise<CandidateTerms> => {
    const { target, opened, bytes } = artefact;
    return {
      kind: judgedAs(reference.artefact.opened, opened),
      engine: await infoOf(engines, target.engine),
      bytesRatio: bytes / Math.max(1, reference.artefact.bytes),
    };
  });
  const { outputs, suspect } = reference;
  const { tolerance, minAgreement, maxDrop, maxBytesRatio } = demands;
  return {
    outputs,
    suspect,
    candidates: await Promise.all(candidates),
    demands: { tolerance, minAgreement, maxDrop, maxBytesRatio },
    data: data && { labels: data.labels, preprocessing: data.preprocessing },
  };
}

/** null where it does not start: whatever it was asked to run has failed by that. */
async function infoOf(engines: Engines, name: EngineName): Promise<EngineInfo | null> {
  try {
    return await engines.forCandidates(name).info();
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return null;
  }
}

/** What the report says of a candidate, however far it came. */
export function reportContender({
  path,
  notes,
  found,
  opened,
  candidate,
  conclusion,
  proof,
  parted,
  error,
}: Contender): CandidateReport {
  const report: CandidateReport = {
    path,
    format: found?.target.name ?? null,
    precision: opened ? kindOf(opened.opened) : null,
    bytes: found?.bytes ?? 0,
    files: found?.files ?? [],
    matched: candidate ? reportMatching(candidate.matching) : [],
    check: null,
    data: null,
    parted: parted ?? null,
    proof: proof ?? null,
    notes: [...new Set(notes)],
    exitCode: 0,
    error: null,
  };
  return candidate && conclusion
    ? withConclusion(report, conclusion, candidate.artefact.target.caveat)
    : { ...report, ...failureIn(path, error ?? disproof(report.proof)) };
}

/** The report of a candidate with what was concluded of it. @param caveat said with every verdict */
export function withConclusion(
  report: CandidateReport,
  { judged, data, error }: Conclusion,
  caveat: string | undefined,
): CandidateReport {
  return {
    ...report,
    check: reportCheck(judged, error, caveat),
    data,
    ...failureIn(report.path, error ?? disproof(report.proof)),
  };
}

function failureIn(path: string, error: MobileoneError | undefined): Pick<CandidateReport, 'exitCode' | 'error'> {
  const placed = error && withFile(error, path);
  return { exitCode: placed?.exitCode ?? 0, error: placed ? reportError(placed, path) : null };
}

function reportCheck(
  judged: Judged | undefined,
  error: MobileoneError | undefined,
  caveat: string | undefined,
): CheckReport {
  const isDifferent = error instanceof NotEquivalentError;
  const isCompared = judged && !judged.isOpen && !(error instanceof EngineError);
  return {
    verdict: isDifferent ? 'different' : isCompared ? 'equivalent' : 'not compared',
    engine: judged?.engine ?? null,
    judgements: judged ? [judged.judgement] : [],
    rounding: null,
    notes: [...(caveat ? [caveat] : []), ...(judged?.notes ?? [])],
    error: error ? reportError(error) : null,
  };
}
