import type { ResolvedVerify } from '../commands/verify/options.js';
import type { Samples } from '../data/samples.js';
import type { EngineInfo } from '../engines/index.js';
import { EngineError, GateError, type MobileoneError, NotEquivalentError, UsageError } from '../model/index.js';
import {
  type CandidateReport,
  type CheckReport,
  type FiguresReport,
  type JudgementReport,
  reportError,
} from '../report/index.js';
import { barFor, judgedAs, kindOf } from './bar.js';
import type { OpenCandidate } from './candidate.js';
import { reportMatching } from './match.js';
import type { FoundArtefact, OpenArtefact } from './open-artefact.js';
import type { SampleRecord } from './record.js';
import type { Recording } from './record-samples.js';
import { reduce } from './reduce.js';
import { withFile } from './with-file.js';

/** What records say of a candidate. */
interface Judged {
  readonly judgement: JudgementReport;
  readonly notes: readonly string[];
  readonly engine: EngineInfo;
  /** Nothing fails and something is undecided: other draws may decide. */
  readonly isOpen: boolean;
}

/** A candidate on its way: as far as it came. */
export interface Contender {
  readonly path: string;
  readonly notes: string[];
  found?: FoundArtefact;
  opened?: OpenArtefact;
  candidate?: OpenCandidate;
  judged?: Judged;
  error?: MobileoneError | undefined;
}

/** Judges what ran by the records so far. */
export async function judgeContenders(
  contenders: readonly (Contender & { readonly candidate: OpenCandidate })[],
  records: readonly SampleRecord[],
  { reference, engines, failures }: Recording,
  options: ResolvedVerify,
  samples: Samples | undefined,
): Promise<void> {
  for (const [place, contender] of contenders.entries()) {
    const { target, opened, bytes } = contender.candidate.artefact;
    const failure = failures.get(place);
    if (failure) {
      contender.error = failure;
      continue;
    }
    const kind = judgedAs(reference.artefact.opened, opened);
    const bar = barFor(kind, options, samples !== undefined);
    const reduced = reduce(records, place, reference, bar, kind);
    if (!reduced) {
      contender.error = new NotEquivalentError({ what: 'it takes none of the sizes that the reference was tried at' });
      continue;
    }
    const { outputs } = reduced.judgement;
    const isOpen =
      outputs.every(({ failures: own }) => own.length === 0) && outputs.some((output) => output.isUndecided);
    contender.judged = { ...reduced, engine: await engines.forCandidates(target.engine).info(), isOpen };
    contender.error = failureOf(outputs) ?? overBudget(outputs, options, bytes / Math.max(1, reference.artefact.bytes));
  }
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

/** What the user allows is not met. */
function overBudget(
  outputs: readonly FiguresReport[],
  { minAgreement, maxBytesRatio }: ResolvedVerify,
  ratio: number,
): MobileoneError | undefined {
  if (maxBytesRatio !== undefined && ratio > maxBytesRatio) {
    return new GateError({
      what: `it has ${ratio.toFixed(2)} times the bytes of the reference, allowed ${maxBytesRatio}`,
    });
  }
  if (minAgreement === undefined) return undefined;
  const [worst] = outputs.filter(({ top1 }) => top1 !== null).sort((a, b) => (a.top1 ?? 0) - (b.top1 ?? 0));
  if (!worst)
    return new UsageError({ what: '--min-agreement: no output has classes, or the reference decides on none' });
  const { top1, output } = worst;
  if (top1 === null || top1 >= minAgreement) return undefined;
  return new GateError({
    what: `it chooses as the reference does on ${top1.toFixed(4)} of the decided samples, asked ${minAgreement}`,
    where: { value: output },
  });
}

/** What the report says of a candidate, however far it came. */
export function reportContender({ path, notes, found, opened, candidate, judged, error }: Contender): CandidateReport {
  const placed = error && withFile(error, path);
  return {
    path,
    format: found?.target.name ?? null,
    precision: opened ? kindOf(opened.opened) : null,
    bytes: found?.bytes ?? 0,
    files: found?.files ?? [],
    matched: candidate ? reportMatching(candidate.matching) : [],
    check: candidate ? reportCheck(candidate, judged, error) : null,
    data: null,
    parted: null,
    proof: null,
    notes: [...new Set(notes)],
    exitCode: placed?.exitCode ?? 0,
    error: placed ? reportError(placed, path) : null,
  };
}

function reportCheck(
  { artefact: { target } }: OpenCandidate,
  judged: Judged | undefined,
  error: MobileoneError | undefined,
): CheckReport {
  const isDifferent = error instanceof NotEquivalentError;
  const isCompared = judged && !judged.isOpen && !(error instanceof EngineError);
  return {
    verdict: isDifferent ? 'different' : isCompared ? 'equivalent' : 'not compared',
    engine: judged?.engine ?? null,
    judgements: judged ? [judged.judgement] : [],
    notes: [...(target.caveat ? [target.caveat] : []), ...(judged?.notes ?? [])],
    error: error ? reportError(error) : null,
  };
}
