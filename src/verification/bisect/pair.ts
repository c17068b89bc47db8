import type { ArtefactValue } from '../../formats/format.js';
import type { DataType } from '../../model/index.js';

/** A value of the reference, and the candidate's that should equal it. Pieces of both call it as the reference does. */
export interface Pair {
  /** Its name in the reference. */
  readonly value: string;
  readonly reference: ArtefactValue;
  readonly candidate: ArtefactValue;
}

/** A pair whose value is floating point, as the reference computes it. */
export interface KnownPair extends Pair {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Bytes of the value in the first sample. */
  readonly bytes: number;
}

/** Both under the name that the reference's own file gives the value. */
export function pairOf(reference: ArtefactValue, candidate: ArtefactValue): Pair {
  const value = reference.name;
  return {
    value,
    reference: { ...reference, sourceName: value },
    candidate: { ...candidate, sourceName: value },
  };
}
