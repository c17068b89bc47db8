import { showBytes, showCount } from '../../../report/numbers.js';
import type { NetworkReport } from '../report.js';
import { type Point, ScatterPlot } from './scatter-plot.js';
import { latencyIn, type Timing, timingsOf } from './timings.js';

/** What latency is held against. */
const METRICS = [
  { title: 'multiply-accumulates', of: ({ macs }: NetworkReport) => macs, show: showCount },
  { title: 'parameters', of: ({ parameters }: NetworkReport) => parameters, show: showCount },
  { title: 'activations', of: ({ activations }: NetworkReport) => activations, show: showCount },
  { title: 'bytes moved', of: ({ bytesMoved }: NetworkReport) => bytesMoved, show: showBytes },
] as const;

/** Two points always lie on a line. */
const FEWEST = 3;

/** For each engine latency against what a network does and moves: fused networks where there are any, else as given. */
export function ScatterPlots({ networks }: { networks: readonly NetworkReport[] }) {
  const fused = networks.filter(({ form }) => form === 'fused');
  const shown = fused.length > 0 ? fused : networks;
  const timings = timingsOf(shown).filter((timing) => shown.filter((each) => latencyIn(each, timing)).length >= FEWEST);
  return (
    <>
      {timings.map((timing) => (
        <section key={timing.title}>
          <h3>Latency in {timing.title}</h3>
          <div class="plots">
            {METRICS.map(({ title, of, show }) => (
              <ScatterPlot key={title} title={title} points={pointsOf(shown, timing, of)} show={show} />
            ))}
          </div>
        </section>
      ))}
    </>
  );
}

function pointsOf(
  networks: readonly NetworkReport[],
  timing: Timing,
  metricOf: (network: NetworkReport) => number | null,
): Point[] {
  return networks.flatMap((network): Point[] => {
    const metric = metricOf(network);
    const latency = latencyIn(network, timing);
    // A logarithmic axis has no 0.
    if (!metric || !latency?.median) return [];
    return [{ name: network.path, metric, median: latency.median, mad: latency.mad }];
  });
}
