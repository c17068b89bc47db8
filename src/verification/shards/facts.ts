import type { ResolvedVerify } from '../../commands/verify/options.js';
import type { Samples } from '../../data/samples.js';
import { sha256 } from '../../files/index.js';
import type { FileReport } from '../../report/index.js';
import { VERSION } from '../../version.js';
import type { Terms } from '../conclude.js';

/** What makes a verification the one that it is: runs that are alike have the same, whichever part each of them does. */
export type Facts = Readonly<Record<string, string>>;

/** @param files of the reference, then of each candidate */
export function factsOf(
  files: readonly (readonly FileReport[])[],
  samples: Samples,
  { candidates, data }: Terms,
  options: ResolvedVerify,
): Facts {
  const [reference = [], ...others] = files;
  const classes = Array.from({ length: samples.size }, (_, index) => samples.truth?.(index) ?? null);
  const { shape, outputs, map, batchNorm, image, mean, std, tolerance, minAgreement, maxDrop, maxBytesRatio } = options;
  const asked = { outputs, batchNorm, image, mean, std, tolerance, minAgreement, maxDrop, maxBytesRatio };
  return {
    mobileone: VERSION,
    reference: hashOf(reference),
    ...Object.fromEntries(others.map((each, place) => [`candidate ${place + 1}`, hashOf(each)])),
    samples: `${samples.size}, ${samples.listing}`,
    preprocessing: samples.preprocessing?.sha256 ?? 'none',
    classes: hashOf({ classes, labels: data?.labels }),
    engines: candidates.map(({ engine }) => (engine ? `${engine.name} ${engine.version}` : 'none')).join(', '),
    options: JSON.stringify({ ...asked, shape: [...shape], map: [...map] }),
  };
}

function hashOf(value: unknown): string {
  return sha256([new TextEncoder().encode(JSON.stringify(value))]);
}
