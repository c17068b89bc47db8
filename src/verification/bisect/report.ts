import type { NotNegative } from '../../report/report.js';

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
}
