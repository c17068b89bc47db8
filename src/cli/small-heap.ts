import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Progress } from '../run/stations.js';

/** Garbage of so many groups of samples takes a few megabytes. */
const GROUPS_BETWEEN_COLLECTIONS = 8;

/**
 * Keeps memory from growing with the number of samples: V8 lets garbage lie while there is room for it. All of it is
 * collected now and then, in some ten milliseconds. For the command line alone, since flags are those of the whole process.
 * @returns to be called as samples are done
 */
export function keepHeapSmall(): (progress: Progress) => void {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  // Scripts that are still to be loaded were compiled without it.
  setFlagsFromString('--no-expose-gc');
  let groups = 0;
  return ({ samples }) => {
    if (samples && ++groups % GROUPS_BETWEEN_COLLECTIONS === 0) collectGarbage();
  };
}
