import { GateError } from '../model/index.js';
import type { DataFiguresReport } from './report.js';

/** What a user allows a candidate to lose. */
export interface Budgets {
  /** Percentage points of top-1 against the reference. */
  readonly maxDrop?: number | undefined;
  /** Share of decided samples with the reference's class. */
  readonly minAgreement?: number | undefined;
}

/** What a candidate lost beyond what it may; undefined where it keeps within. */
export function unmetBudget(figures: DataFiguresReport, { maxDrop, minAgreement }: Budgets): GateError | undefined {
  const { top1, reference, decidedAgreement } = figures;
  if (maxDrop !== undefined) {
    const drop = top1 && reference.top1 && 100 * (reference.top1.share - top1.share);
    if (drop === null) return new GateError({ what: '--max-drop: no output has classes, so there is no top-1' });
    // Shares are counted, and points of them rounded.
    if (drop > maxDrop + 1e-9) {
      const from = `from ${percent(reference.top1?.share)} to ${percent(top1?.share)}`;
      return new GateError({ what: `top-1 falls by ${drop.toFixed(2)} points, ${from}; --max-drop is ${maxDrop}` });
    }
  }
  if (minAgreement !== undefined) {
    if (!decidedAgreement) return new GateError({ what: '--min-agreement: the reference decides on no sample' });
    if (decidedAgreement.share < minAgreement) {
      return new GateError({
        what: `it agrees with the reference on ${percent(decidedAgreement.share)} of ${figures.decided} decided samples; --min-agreement is ${minAgreement}`,
      });
    }
  }
  return undefined;
}

function percent(share = 0): string {
  return `${(100 * share).toFixed(2)} %`;
}
