/** A change that makes a network faster in one engine, measured on a copy of it. */
export interface AdviceReport {
  readonly name: string;
  readonly what: string;
  /** In how many places of the network. */
  readonly places: number;
  /** Whether the network computes the same afterwards; else it has to be trained so. */
  readonly exact: boolean;
  readonly engine: string;
  readonly threads: 1 | 'all';
  /** Milliseconds without and with it. */
  readonly before: number;
  readonly after: number;
  /** What of the time it takes away, as a share, and how far that may be off. */
  readonly gain: number;
  readonly noise: number;
}
