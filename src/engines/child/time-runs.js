// @ts-check
/** The clock stands beside the engine: what it costs to ask for a run, and to send what goes in and comes out, is no part of it. */

/** @import { TimingPlan } from '../protocol.js' */
/**
 * @typedef {object} Repeatable feeds that an engine holds, with a model that runs on them
 * @property {() => Promise<void>} run computes all outputs, to where this process can read them
 * @property {() => void} release
 */

/**
 * @param {Repeatable} repeatable
 * @param {TimingPlan} plan
 * @returns {Promise<number[]>} milliseconds of each run that counts
 */
export async function timeRuns({ run, release }, { warmUpMilliseconds, least, most, milliseconds }) {
  try {
    const warm = performance.now() + warmUpMilliseconds;
    do await run();
    while (performance.now() < warm);
    const times = [];
    const end = performance.now() + milliseconds;
    for (
      let start = performance.now();
      times.length < least || (times.length < most && start < end);
      start = performance.now()
    ) {
      await run();
      times.push(performance.now() - start);
    }
    return times;
  } finally {
    release();
  }
}
