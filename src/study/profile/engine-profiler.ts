import type { Threads } from '../../engines/index.js';
import type { Scratch } from '../../files/index.js';
import { drawFeeds } from '../feeds.js';
import { type StartedEngine, subjectOf } from '../latency/index.js';
import type { Profiler } from './peaks.js';

/** Runs networks in an engine of ONNX Runtime, and lets it write down what each node takes. */
export function engineProfiler({ process, format }: StartedEngine, threads: Threads, scratch: Scratch): Profiler {
  return async (model, runs) => {
    const subject = subjectOf({ key: 'profiled', model, feeds: drawFeeds(model), scratch });
    const { payload, feeds, outputs } = await subject.prepare(format);
    const session = await process.load({ ...payload(), optimize: true, threads, profile: scratch.place() });
    try {
      await session.time(feeds, outputs, { warmUpMilliseconds: 0, least: runs, most: runs, milliseconds: 0 });
      return await session.profile();
    } finally {
      await session.release();
    }
  };
}
