import type { DataType } from '../../model/index.js';
import type { ErrorReport, NotNegative, Sha256, Share, WholeNumber } from '../../report/report.js';

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
  readonly notes: readonly string[];
  /** Why the verdict is not `equivalent`. */
  readonly error: ErrorReport | null;
}

/** One comparison of an artefact, in one form, with its source. */
export interface JudgementReport {
  /** What it proves: that the program was translated right, or that the file answers like the source. */
  readonly purpose: 'lowering' | 'artefact';
  readonly precision: string;
  /** What `error` may be here, the precision's or the user's. */
  readonly tolerance: NotNegative;
  /** How many sets of inputs were tried, the scaled ones aside. */
  readonly trials: WholeNumber;
  /** The same, by the sizes of the inputs. */
  readonly tried: readonly TriedReport[];
  readonly outputs: readonly FiguresReport[];
}

/** Trials whose inputs have these sizes. */
export interface TriedReport {
  readonly trials: WholeNumber;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly WholeNumber[] }[];
}

/** How far one output of the artefact is from the source's, over all trial inputs. null: not defined for it. */
export interface FiguresReport {
  readonly output: string;
  readonly dtype: DataType;
  /** max |a - b| / max |a| */
  readonly error: NotNegative | null;
  /** ||a - b|| / ||a|| over all trials but the scaled ones */
  readonly l2: NotNegative | null;
  /** max |a - b| */
  readonly maxAbs: NotNegative | null;
  /** mean |a - b| */
  readonly meanAbs: NotNegative | null;
  /** Of the angle between the flattened outputs. */
  readonly cosine: number | null;
  /** Share of equal elements, for what is not floating point. */
  readonly equal: Share | null;
  /** Share of rows whose arg-max agrees, undecided ones left out. */
  readonly top1: Share | null;
  /** `error` between runs of the source that are both right. */
  readonly noise: NotNegative | null;
  /** How much the output answers to the input at all, against its largest magnitude. */
  readonly response: NotNegative | null;
  /** What `error` may be: max(tolerance, min(20 x noise, 1e-2)), or the user's tolerance. */
  readonly limit: NotNegative;
  /** Why it does not pass, a clause each; empty where it does. */
  readonly failures: readonly string[];
  /** Why it passes, where that is not because of its error. */
  readonly reason: string | null;
  /** The source differs from itself by as much on these inputs, so nothing can be said. */
  readonly isUndecided: boolean;
}
