import type { ArtefactValue } from '../../formats/format.js';
import type { DataType } from '../../model/index.js';

/** A value of the reference, and the candidate's that should equal it. */
export interface Pair {
  /** Its name in the reference. */
  readonly value: string;
  readonly candidate: ArtefactValue;
}

/** A pair whose value is floating point, as the reference computes it. */
export interface KnownPair extends Pair {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Bytes of the value in the first sample. */
  readonly bytes: number;
}
