import type { TimingPlan } from '../../engines/index.js';
import type { StudyEngine } from './engine-list.js';

/** What it takes to load a model for a turn, about. */
const LOADING_MILLISECONDS = 150;

/** A network that is to be timed in an engine. */
export interface Planned {
  readonly engine: Pick<StudyEngine, 'macsPerMillisecond'>;
  /** How many numbers of threads. */
  readonly threads: number;
  readonly macs: number | null;
}

/**
 * About how many seconds turns will take, by what engines do on a processor of these years: no more than how long a user has to
 * wait, to within a factor of two or three.
 */
export function estimateSeconds(planned: readonly Planned[], turns: number, plan: TimingPlan): number {
  const milliseconds = planned.reduce((sum, { engine, threads, macs }) => {
    const run = (macs ?? 0) / engine.macsPerMillisecond;
    const warm = Math.max(run, plan.warmUpMilliseconds);
    return sum + threads * (LOADING_MILLISECONDS + warm + Math.max(plan.least * run, plan.milliseconds));
  }, 0);
  return (turns * milliseconds) / 1000;
}
