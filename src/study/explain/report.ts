import type { Milliseconds, NotNegative, Share, WholeNumber } from '../../report/report.js';

/** How a figure goes with latency, over all networks: fused where that form is studied, else as given. */
export interface CorrelationReport {
  readonly metric: string;
  readonly engine: string;
  readonly threads: 1 | 'all';
  readonly n: WholeNumber;
  readonly spearman: number;
  readonly pearson: number;
  /** Of Spearman's: how likely so much is where there is nothing. */
  readonly p: Share;
  /** Of Spearman's: a bootstrap interval of 95 %. */
  readonly low: number;
  readonly high: number;
}

/**
 * Time as a sum: a part of every run, one for each node that is work, each byte moved by what computes and by what only rearranges, and
 * each multiply-accumulate by class, with no coefficient below 0. Errors are relative.
 */
export interface TimeModelReport {
  readonly engine: string;
  readonly threads: 1 | 'all';
  readonly n: WholeNumber;
  /** Networks of one family are left out of the fit together, to find the error. */
  readonly families: WholeNumber;
  /** Milliseconds for each unit, by term. */
  readonly coefficients: Readonly<Record<string, NotNegative>>;
  /** The median of the errors of networks that were left out. */
  readonly medianError: NotNegative;
  readonly networks: readonly ExplainedReport[];
}

/** What a fit says of one network. */
export interface ExplainedReport {
  readonly path: string;
  readonly latency: Milliseconds;
  /** With its family left out of the fit. */
  readonly predicted: Milliseconds;
  /** Which part of its time each term is, by the fit of all. */
  readonly shares: Readonly<Record<string, Share>>;
  /** The term that takes most. */
  readonly bound: string;
}
