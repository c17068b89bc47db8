import type { NotNegative, WholeNumber } from '../../report/report.js';

/** Where a candidate parts from the reference: the node whose own error stands out most over noise. */
export interface PartedReport {
  /** The reference's value with the largest own error over noise; of equal ones the earliest. */
  readonly value: string;
  /** The reference's nodes that make it. */
  readonly nodes: readonly string[];
  /** The candidate's node that makes it; null where it is not known. */
  readonly candidateNode: string | null;
  /** What the node adds itself: it alone is run on the reference's values. */
  readonly own: NotNegative | null;
  /** What reaches the node with its inputs. */
  readonly inherited: NotNegative | null;
  readonly noise: NotNegative | null;
  /** Why, in one line, where it is known. */
  readonly cause: string | null;
  /** Folder of the smallest model that still differs; null without `--save`. */
  readonly saved: string | null;
  /** The error of every value that both have, in the reference's order. */
  readonly alongDepth: readonly DepthReport[];
}

/** By how much a value of the candidate is off when the candidate runs as a whole. */
export interface DepthReport {
  /** Its name in the reference. */
  readonly value: string;
  /** How many of the reference's nodes lie on the longest way to it. */
  readonly depth: WholeNumber;
  /** null where sizes differ, or one of both alone is NaN or infinite. */
  readonly error: NotNegative | null;
  readonly noise: NotNegative | null;
}
