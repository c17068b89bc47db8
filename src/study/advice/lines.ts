import { showShare } from '../../report/numbers.js';
import { showMilliseconds, showThreads } from '../show.js';
import type { AdviceReport } from './report.js';

/** What to change, and what that was measured to gain. */
export function adviceLine({ what, places, exact, engine, threads, before, after, gain, noise }: AdviceReport): string {
  const where = `${places} ${places === 1 ? 'place' : 'places'}`;
  const times = `${showMilliseconds(before)} to ${showMilliseconds(after)} ms in ${engine}, ${showThreads(threads)}`;
  const sense = exact ? 'the function stays' : 'another function: it has to be trained so';
  return `${showShare(gain)} less (± ${showShare(noise)}): ${what} (${where}): ${times}; ${sense}`;
}
