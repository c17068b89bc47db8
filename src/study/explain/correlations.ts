import type { Threads } from '../../engines/index.js';
import type { StaticFigures } from '../static/index.js';
import { bootstrapInterval, pearson, probabilityOf, spearman } from '../statistics/index.js';
import { METRICS } from './metrics.js';
import type { CorrelationReport } from './report.js';

/** A network as it was counted, and what it took in one engine. */
export interface Observation {
  readonly path: string;
  readonly family: string;
  readonly figures: StaticFigures;
  /** Milliseconds. */
  readonly latency: number;
}

/** What was observed in one engine. */
export interface Observed {
  readonly engine: string;
  readonly threads: Threads;
  readonly observations: readonly Observation[];
}

/** With fewer networks a coefficient says nothing. */
const LEAST = 5;

/** Every figure against latency, over those networks of which it is known; none where it is the same for all of them. */
export function correlate({ engine, threads, observations }: Observed): CorrelationReport[] {
  return [...METRICS].flatMap(([metric, of]) => {
    const pairs = observations.flatMap(({ figures, latency }) => {
      const value = of(figures);
      return value === null ? [] : [{ value, latency }];
    });
    if (pairs.length < LEAST) return [];
    const [x, y] = [pairs.map(({ value }) => value), pairs.map(({ latency }) => latency)];
    const coefficient = spearman(x, y);
    const interval = bootstrapInterval(x, y, spearman);
    if (Number.isNaN(coefficient) || !interval) return [];
    const n = pairs.length;
    const told = { spearman: coefficient, pearson: pearson(x, y), p: probabilityOf(coefficient, n), ...interval };
    return [{ metric, engine, threads, n, ...told }];
  });
}
