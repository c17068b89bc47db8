import type { Samples } from '../data/samples.js';
import { readFile, sha256 } from '../files/index.js';
import { InputError } from '../model/index.js';
import { type InputSpec, type PixelInput, readArrays, type Trial, userTrials } from '../trials/index.js';
import { withFile } from './with-file.js';

/**
 * Samples from an `.npy` or `.npz` file, in the reference's layout, as `convert` takes them.
 * @throws InputError where it cannot be read, or does not fit the inputs
 */
export function samplesOfFile(
  path: string,
  maxBytes: number,
  specs: readonly InputSpec[],
  pixels: PixelInput | undefined,
): Samples {
  const limit = { bytes: maxBytes, what: `over the limit of ${maxBytes} bytes`, todo: 'raise it with --max-bytes' };
  const { bytes } = readFile(path, limit);
  try {
    const { settings, notes } = userTrials(readArrays(bytes, maxBytes), specs, pixels);
    const trials: readonly Trial[] = settings[0]?.[0]?.() ?? [];
    return {
      size: trials.length,
      sample(index) {
        const trial = trials[index];
        if (!trial) throw new RangeError(`there is no sample ${index}`);
        return trial;
      },
      isUserGiven: true,
      preprocessing: null,
      sha256: sha256([bytes]),
      notes,
    };
  } catch (error) {
    throw error instanceof InputError ? withFile(error, path) : error;
  }
}
