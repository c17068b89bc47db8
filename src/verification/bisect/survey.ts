import type { ArtefactValue } from '../../formats/format.js';
import type { Tensor } from '../../model/index.js';
import type { Trial } from '../../trials/index.js';
import type { Network } from './network.js';
import { LoadedPiece } from './run-piece.js';

/** Values that are asked for at first, when nothing is known of their sizes. */
const FIRST = 8;
/** Bytes of values that are held at once. */
export const HELD_BYTES = 2 ** 24;

/**
 * Looks at values of a network on one sample, a few at a time: never are all held at once.
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
    const piece = await LoadedPiece.load(network, [], asked);
    const answers = await piece.run(trial);
    await piece.release();
    for (const value of asked) {
      const tensor = answers.get(value.sourceName);
      if (!tensor) continue;
      seen++;
      bytes += tensor.byteLength;
      look(value, tensor);
    }
  }
}
