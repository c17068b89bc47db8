import type { LatencyReport, NetworkReport } from '../report.js';

/** An engine with a number of threads: what latencies can be compared in. */
export interface Timing {
  readonly engine: string;
  readonly threads: LatencyReport['threads'];
  readonly title: string;
}

/** Every engine and number of threads that anything was timed in, in the order of the report. */
export function timingsOf(networks: readonly NetworkReport[]): Timing[] {
  const timings = new Map<string, Timing>();
  for (const { engine, threads } of networks.flatMap(({ latency }) => latency)) {
    const title = threads === 1 ? engine : `${engine}, all threads`;
    timings.set(title, { engine, threads, title });
  }
  return [...timings.values()];
}

/** Of one network; undefined where it was not timed so. */
export function latencyIn({ latency }: NetworkReport, { engine, threads }: Timing): LatencyReport | undefined {
  return latency.find((each) => each.engine === engine && each.threads === threads);
}

/** Milliseconds, finer where there are few. */
export function showMilliseconds(milliseconds: number): string {
  return milliseconds.toFixed(milliseconds < 10 ? 2 : 1);
}
