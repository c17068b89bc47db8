import type { ClassRow } from '../check/class-row.js';
import type { Sums } from '../check/index.js';

/**
 * What one sample showed, as plain data: a verification is a list of these, and all else is a function of them. Lists of
 * outputs are in the order of the reference's.
 */
export interface SampleRecord {
  /** 0: the first draws; others are tried where the reference does not reproduce itself on those. */
  readonly draw: number;
  readonly index: number;
  readonly label: string;
  /** Of its data, lower-case hexadecimal; null for seeded draws. */
  readonly sha256: string | null;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** The class of the sample, where that is known. */
  readonly truth: number | null;
  /** In the order of candidates; null where one takes other sizes, or did not run. */
  readonly candidates: readonly (CandidateRecord | null)[];
  /** Runs of the reference that are as right, against this one; of few samples. */
  readonly self: readonly (readonly Sums[])[];
  /** How much each output answers to the input, over the group that begins here; null for other samples. */
  readonly response: readonly (number | null)[] | null;
}

/** What one candidate answered to a sample. */
export interface CandidateRecord {
  readonly outputs: readonly Sums[];
  /**
   * The same where the reference was given the candidate's own values to select among, for these and for what lies behind; null
   * for others, and where nothing is selected or the reference cannot be given that.
   */
  readonly own: readonly (Sums | null)[] | null;
  /** Rows of classes, for outputs of rank 2; empty for others, and on seeded inputs. */
  readonly classes: readonly (readonly ClassRow[])[];
}
