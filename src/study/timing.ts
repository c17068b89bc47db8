import type { Scratch } from '../files/index.js';
import { drawFeeds } from './feeds.js';
import {
  type MeasuringOptions,
  measureLatency,
  type NotTimed,
  noiseOf,
  type StartedEngine,
  subjectOf,
} from './latency/index.js';
import type { Measure, Timing } from './measure.js';

/** Where networks are timed, and how. */
export interface TimingParts extends MeasuringOptions {
  readonly engines: readonly StartedEngine[];
  /** Where what engines take is put aside. */
  readonly scratch: Scratch;
  /** Told of every network that an engine does not run. */
  onNotTimed(notTimed: NotTimed): void;
  /** Told by how much turns of one network lay apart, as a share of its median. */
  onNoise?(share: number): void;
}

/** A measure that times networks as `study` times those that it is given. */
export function measuring({ engines, scratch, onNotTimed, onNoise, ...options }: TimingParts): Measure {
  return async (networks) => {
    const subjects = Array.from(networks, ([key, model]) =>
      subjectOf({ key, model, feeds: drawFeeds(model), scratch }),
    );
    const { latencies, notTimed } = await measureLatency(subjects, engines, options);
    for (const each of notTimed) onNotTimed(each);
    const noise = noiseOf(latencies);
    if (noise !== undefined) onNoise?.(noise);
    const byKey = new Map<string, Timing[]>(Array.from(networks.keys(), (key) => [key, []]));
    for (const { key, ...timing } of latencies) byKey.get(key)?.push(timing);
    return byKey;
  };
}
