import type { JudgementReport, RoundingReport } from '../../check/report.js';
import type { ProofReport } from '../../proof/impulses/report.js';
import type { ErrorReport, Sha256, WholeNumber } from '../../report/report.js';
import type { PartedReport } from '../../verification/bisect/report.js';

/** What was made for one target. */
export interface ArtefactReport {
  readonly target: string;
  readonly path: string;
  readonly precision: string;
  /** Whether it is in place. */
  readonly written: boolean;
  readonly bytes: WholeNumber;
  readonly files: readonly FileReport[];
  readonly notes: readonly string[];
  /** null with `--no-check`, or where nothing could be compared. */
  readonly check: CheckReport | null;
  /** null without `--prove`, and for what is not ONNX in fp32. */
  readonly proof: ProofReport | null;
  /** Errors of inner values; null without `--html`, and where they were not measured. */
  readonly parted: PartedReport | null;
}

/** One file of an artefact, as it was read back. */
export interface FileReport {
  /** Inside the artefact; empty for a single file. */
  readonly path: string;
  readonly bytes: WholeNumber;
  readonly sha256: Sha256;
}

/** Whether an artefact answers like its source. */
export interface CheckReport {
  /** `not compared`: no engine, or the source did not run. */
  readonly verdict: 'equivalent' | 'different' | 'not compared';
  /** Package that ran the artefact; null where none did. */
  readonly engine: { readonly name: string; readonly version: string } | null;
  /** One, or two where the precision is reduced: the program with fp32 constants, then the file itself. */
  readonly judgements: readonly JudgementReport[];
  /** null where constants are as they were. */
  readonly rounding: RoundingReport | null;
  readonly notes: readonly string[];
  /** Why the verdict is not `equivalent`. */
  readonly error: ErrorReport | null;
}
