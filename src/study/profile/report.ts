/** Where the time of one run goes, by the engine's own profiler. */
export interface ProfileReport {
  readonly engine: string;
  readonly threads: 1 | 'all';
  readonly form: 'source' | 'fused';
  readonly runs: number;
  /** Milliseconds of a whole run, as the profiler has it: the middle of all. */
  readonly whole: number;
  /** Of all nodes of a run together: the middle of all. */
  readonly sum: number;
  /** What of a run is in no node: between them, before and behind. The middle of all. */
  readonly gap: number;
  /** Of the layers as they are listed, each by its own middle: less than the sum where now one, now another is held up. */
  readonly layerSum: number;
  /** Milliseconds of a run that nothing was written down of; null where that was not measured. */
  readonly unprofiled: number | null;
  readonly peaks: PeaksReport;
  /** In the order in which the engine runs them. */
  readonly layers: readonly LayerReport[];
}

/** What the engine reaches on this machine at most. */
export interface PeaksReport {
  readonly macsPerSecond: number;
  readonly bandwidths: readonly { readonly bytes: number; readonly bytesPerSecond: number }[];
  readonly secondsPerNode: number;
}

/** One thing that the engine does. */
export interface LayerReport {
  /** The engine's operator, such as FusedConv. */
  readonly operator: string;
  /** The middle of all runs. */
  readonly milliseconds: number;
  /** Of all layers together. */
  readonly share: number;
  readonly macs: number;
  /** Read and written, constants included. */
  readonly bytes: number;
  /** Milliseconds that the machine would need at least, and what decides them. */
  readonly roof: number;
  readonly bound: 'arithmetic' | 'memory' | 'overhead';
  /** How many times the roof it takes. */
  readonly distance: number;
  /** Sizes of the first result. */
  readonly shape: readonly number[] | null;
  /** Nodes of the network that it stands for; none where the engine turns data about for itself. */
  readonly nodes: readonly ProfiledNode[];
  /** Nodes of the file as it was given that those came from. */
  readonly sources: readonly ProfiledNode[];
}

/** A node, and what it makes. */
export interface ProfiledNode {
  readonly name: string;
  readonly operator: string;
}
