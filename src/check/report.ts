import type { DataType } from '../model/index.js';
import type { NotNegative, Share, WholeNumber } from '../report/report.js';

/**
 * Which figure is judged: the largest difference, the relative L2 norm, by which rounding is priced, or none, where figures
 * are only printed.
 */
export type Measure = 'error' | 'l2' | 'none';

/** Whether a file is the program with float32 constants, with those rounded to the nearest that it can hold. */
export interface RoundingReport {
  /** Operations that were compared. */
  readonly operations: WholeNumber;
  /** Constants that were compared, each where it is read. */
  readonly constants: WholeNumber;
  /** Where the file is another program, or a constant another number; null: nowhere. */
  readonly difference: string | null;
}

/** One comparison of an artefact, in one form, with its source. */
export interface JudgementReport {
  /** What it proves: that the program was translated right, or that the file answers like the source. */
  readonly purpose: 'lowering' | 'artefact';
  readonly precision: string;
  /** What `measure` may be here, the precision's or the user's. */
  readonly tolerance: NotNegative;
  readonly measure: Measure;
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

/** How far one output of the artefact is from the source's, over all trial inputs. Numbers are finite; null: not defined for it. */
export interface OutputFigures {
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
  /** Share of elements that are off by more than 2e-2 of the largest of their trial. */
  readonly beyond: Share | null;
  /** Of the angle between the flattened outputs. */
  readonly cosine: number | null;
  /** Share of equal elements, for what is not floating point. */
  readonly equal: Share | null;
  /** Share of rows whose arg-max agrees, undecided ones left out; for rank 2 and 4. */
  readonly top1: Share | null;
  /** `error` between runs of the source that are both right. */
  readonly noise: NotNegative | null;
  /** How much the output answers to the input at all, against its largest magnitude. */
  readonly response: NotNegative | null;
}

/** What the figures of one output were found to mean. */
export interface OutputVerdict {
  /** What the judged figure may be; for `error` that is max(tolerance, min(20 x noise, 1e-2)), or the user's tolerance. */
  readonly limit: NotNegative;
  /** Why it does not pass, a clause each; empty where it does. */
  readonly failures: readonly string[];
  /** Why it passes, where that is not because of its error. */
  readonly reason: string | null;
  /** The source differs from itself by as much on these inputs, so nothing can be said. */
  readonly isUndecided: boolean;
}

/** One output over all trials: its figures, and what they were found to mean. */
export interface FiguresReport extends OutputFigures, OutputVerdict {}
