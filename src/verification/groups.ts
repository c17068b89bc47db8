import type { Samples } from '../data/samples.js';
import type { Draw, Trial, Trials } from '../trials/trial.js';

/** Samples of one group are tried one after the other; the first group of a user's data measures noise and response. */
export const GROUP_SIZE = 32;

/** Makes the sample of an index. */
export type Way = (index: number) => Promise<Trial> | Trial;

/** Samples that belong together. */
export interface Group {
  /** Index of its first sample. */
  readonly start: number;
  readonly size: number;
  /** Whether noise and response are measured on it. */
  readonly isMeasured: boolean;
  /** Ways to make a sample, best first: the first that the reference takes is used for all of the group. */
  readonly ways: readonly Way[];
  /** Whether the reference has to take one of the ways. */
  readonly isRequired: boolean;
  truth(index: number): number | null;
}

/** Seeded draws: a group for each setting of the open sizes. */
export function groupsOfTrials({ settings }: Trials): Group[] {
  let start = 0;
  return settings.map((draws, setting) => {
    const ways = draws.map(onceDrawn);
    const group: Group = {
      start,
      size: ways[0]?.().length ?? 0,
      isMeasured: true,
      ways: ways.map((drawn) => (index) => trialAt(drawn(), index - group.start)),
      isRequired: setting === 0,
      truth: () => null,
    };
    start += group.size;
    return group;
  });
}

function onceDrawn(draw: Draw): Draw {
  let drawn: readonly Trial[] | undefined;
  return () => {
    drawn ??= draw();
    return drawn;
  };
}

function trialAt(trials: readonly Trial[], index: number): Trial {
  const trial = trials[index];
  if (!trial) throw new RangeError(`there is no trial ${index}`);
  return trial;
}

/** A user's samples, in groups of a fixed size by index. */
export function groupsOfSamples(samples: Samples): Group[] {
  return Array.from({ length: Math.ceil(samples.size / GROUP_SIZE) }, (_, group) => {
    const start = group * GROUP_SIZE;
    return {
      start,
      size: Math.min(GROUP_SIZE, samples.size - start),
      isMeasured: group === 0,
      ways: [(index: number) => samples.sample(index)],
      isRequired: true,
      truth: (index: number) => samples.truth?.(index) ?? null,
    };
  });
}
