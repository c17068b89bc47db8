import type { DataFiguresReport } from '../../data/report.js';
import type { ProofReport } from '../../proof/impulses/report.js';
import type { ErrorReport, ExitCode, WholeNumber } from '../../report/report.js';
import type { PartedReport } from '../../verification/bisect/report.js';
import type { CheckReport, FileReport } from '../convert/report.js';

/** An artefact that was compared with the reference. */
export interface CandidateReport {
  readonly path: string;
  /** null where it is of no format that is known here. */
  readonly format: string | null;
  /** What most of its weights are held in, as the file itself has them; null where it could not be opened. */
  readonly precision: string | null;
  readonly bytes: WholeNumber;
  readonly files: readonly FileReport[];
  /** Which of its inputs and outputs is which of the reference's. */
  readonly matched: readonly MatchedReport[];
  /** null where it could not be compared. */
  readonly check: CheckReport | null;
  /** null on seeded inputs. */
  readonly data: DataFiguresReport | null;
  /** null without `--bisect`, or where both have no value in common. */
  readonly parted: PartedReport | null;
  /** null without `--prove`. */
  readonly proof: ProofReport | null;
  /** What was assumed, fixed or left out, a sentence each. */
  readonly notes: readonly string[];
  readonly exitCode: ExitCode;
  /** Why the exit code is not 0. */
  readonly error: ErrorReport | null;
}

/** An input or output of the reference, and how a candidate has it. */
export interface MatchedReport {
  readonly kind: 'input' | 'output';
  /** Its name in the reference. */
  readonly reference: string;
  readonly candidate: string;
  /** Axis k of the candidate's tensor is axis `permutation[k]` of the reference's; null: the same order. */
  readonly permutation: readonly WholeNumber[] | null;
  /** By what it was found. */
  readonly by: 'map' | 'name' | 'metadata' | 'type and shape';
}
