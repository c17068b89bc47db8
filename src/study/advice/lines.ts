import { showShare } from '../../report/numbers.js';
import { showMilliseconds, showThreads } from '../show.js';
import type { Advice } from './advise.js';
import type { AdviceReport } from './report.js';

/** What to change, the most first, each line with what it was measured to gain. */
export function adviceLines({ advice, untried }: Advice): string[] {
  const lines = advice.map(adviceLine);
  if (advice.length === 0) lines.push('  no change that was tried makes it faster beyond the noise');
  if (untried.length > 0) lines.push(`  not tried, for want of time: ${untried.join('; ')}`);
  return lines;
}

function adviceLine({ what, places, exact, engine, threads, before, after, gain, noise }: AdviceReport): string {
  const where = `${places} ${places === 1 ? 'place' : 'places'}`;
  const times = `${showMilliseconds(before)} to ${showMilliseconds(after)} ms in ${engine}, ${showThreads(threads)}`;
  const sense = exact ? 'the function stays' : 'another function: it has to be trained so';
  return `  ${showShare(gain)} less (± ${showShare(noise)}): ${what} (${where}): ${times}; ${sense}`;
}
