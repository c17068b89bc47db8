import type { NotNegative, WholeNumber } from '../../report/report.js';

/** Which merged blocks are proved equal to their source on every input, and whether the network is. */
export interface ProofReport {
  /** Every merged block is proved, and every other node is a copy that reads corresponding values. */
  readonly network: boolean;
  readonly proved: WholeNumber;
  readonly notProved: WholeNumber;
  readonly blocks: readonly ProvedBlockReport[];
  /** Written nodes that are neither a merged block nor a copy of a source node, and outputs that are none of the source's values. */
  readonly leftOver: readonly string[];
}

/** One merged block. */
export interface ProvedBlockReport {
  readonly node: string;
  /** Names of the source nodes that it stands for. */
  readonly sources: readonly string[];
  readonly verdict: 'proved' | 'not proved' | 'different';
  /** Why it is not proved. */
  readonly reason: string | null;
  /** Largest difference of a coefficient, as a share of its own magnitude. */
  readonly largest: NotNegative | null;
  /** Largest difference of a result that is possible for inputs in [-1, 1]. */
  readonly bound: NotNegative | null;
  /** The proof holds for images of this height and width and all larger ones. */
  readonly smallestSize: readonly WholeNumber[] | null;
}
