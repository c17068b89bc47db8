/** What one choice of a plain network costs here. */
export interface AblationReport {
  readonly ablation: string;
  readonly question: string;
  /** Width and number of the layers of each stage of the first network. */
  readonly stages: readonly StageReport[];
  /** The first is what the others are held against. */
  readonly variants: readonly VariantReport[];
}

/** Layers of one width; the first of them halves height and width. */
export interface StageReport {
  readonly layers: number;
  readonly width: number;
}

/** One network of an ablation. */
export interface VariantReport {
  readonly name: string;
  readonly stages: readonly StageReport[];
  readonly macs: number | null;
  readonly parameters: number;
  readonly nodes: number;
  /** Empty where no engine ran it. */
  readonly latency: readonly VariantLatency[];
}

/** What it took in one engine, in milliseconds. */
export interface VariantLatency {
  readonly engine: string;
  readonly threads: 1 | 'all';
  readonly median: number;
  readonly mad: number;
  readonly runs: number;
  /** How many times what the first took. */
  readonly ratio: number | null;
}
