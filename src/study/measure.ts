import type { Model } from '../model/index.js';

/** What one network took in one engine. */
export interface Timing {
  readonly engine: string;
  readonly threads: 1 | 'all';
  /** Milliseconds: the middle of the runs in the quieter half of the turns, and that of the distances of all runs from it. */
  readonly median: number;
  readonly mad: number;
  readonly runs: number;
  /** The middle of each turn: those of networks that are measured together were taken side by side. */
  readonly turns: readonly number[];
}

/**
 * Times networks against each other: all of them in turn, so that what disturbs the machine disturbs all alike.
 * @param networks by name; all sizes fixed, and types inferred
 * @returns for each of them what it took, engine by engine; nothing from an engine that does not run it
 */
export type Measure = (networks: ReadonlyMap<string, Model>) => Promise<ReadonlyMap<string, readonly Timing[]>>;
