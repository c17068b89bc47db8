import type { Latency, NotTimed, StudiedNetwork } from '../../study/index.js';
import type { LatencyReport, NetworkReport } from './report.js';

/** What was found of each network in each form, in the order in which they were given. */
export function networkReports(
  networks: readonly StudiedNetwork[],
  { latencies, notTimed }: { readonly latencies: readonly Latency[]; readonly notTimed: readonly NotTimed[] },
): NetworkReport[] {
  return networks.flatMap(({ path, sizes, forms }) =>
    forms.map(({ form, figures, subject }): NetworkReport => {
      const { intensity, ...counted } = figures;
      return {
        path,
        form,
        inputs: Object.fromEntries(sizes),
        ...counted,
        intensity: intensity === null ? null : rounded(intensity),
        latency: latencies.filter(({ key }) => key === subject.key).map(latencyReport),
        notTimed: notTimed.filter(({ key }) => key === subject.key).map(({ engine, reason }) => ({ engine, reason })),
      };
    }),
  );
}

function latencyReport({ engine, threads, median, mad, runs, fastest }: Latency): LatencyReport {
  return { engine, threads, median: rounded(median), mad: rounded(mad), runs, fastest: rounded(fastest) };
}

/** To what a clock tells: a thousandth. */
function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}
