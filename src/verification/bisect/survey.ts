import type { Network } from '../../check/pieces/network.js';
import { LoadedPiece } from '../../check/pieces/run-piece.js';
import type { Outputs } from '../../check/source-run.js';
import { EngineFailure } from '../../engines/index.js';
import type { ArtefactValue } from '../../formats/format.js';
import type { Tensor } from '../../model/index.js';
import type { Trial } from '../../trials/index.js';

/** Values that are asked for at first, when nothing is known of their sizes. */
const FIRST = 8;
/** Bytes of values that are held at once. */
export const HELD_BYTES = 2 ** 24;

/**
 * Looks at values of a network on one sample, a few at a time: never are all held at once. What is no tensor is passed over.
 * @param look is given every value in the order of `values`
 * @throws EngineFailure
 */
export async function survey(
  network: Network,
  values: readonly ArtefactValue[],
  trial: Trial,
  look: (value: ArtefactValue, tensor: Tensor) => void,
): Promise<void> {
  let count = FIRST;
  let [seen, bytes] = [0, 0];
  for (let from = 0; from < values.length; from += count) {
    if (seen > 0) count = Math.max(1, Math.floor((HELD_BYTES * seen) / Math.max(1, bytes)));
    const asked = values.slice(from, from + count);
    const answers = await valuesOf(network, asked, trial);
    for (const value of asked) {
      const tensor = answers.get(value.sourceName);
      if (!tensor) continue;
      seen++;
      bytes += tensor.byteLength;
      look(value, tensor);
    }
  }
}

/** Where an engine refuses one of them, the others are asked for without it. */
async function valuesOf(network: Network, asked: readonly ArtefactValue[], trial: Trial): Promise<Outputs> {
  try {
    const piece = await LoadedPiece.load(network, [], asked);
    return await piece.run(trial).finally(() => piece.release());
  } catch (error) {
    if (!(error instanceof EngineFailure && error.kind === 'refused')) throw error;
    if (asked.length < 2) return new Map();
    const half = Math.ceil(asked.length / 2);
    const first = await valuesOf(network, asked.slice(0, half), trial);
    return new Map([...first, ...(await valuesOf(network, asked.slice(half), trial))]);
  }
}
