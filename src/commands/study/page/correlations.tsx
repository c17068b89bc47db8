import { showProbability } from '../../../report/numbers.js';
import { type Column, Table } from '../../../report/page/table.js';
import type { CorrelationReport } from '../../../study/explain/report.js';

const COLUMNS: readonly Column[] = [
  { title: 'metric' },
  { title: 'engine' },
  { title: 'networks', isNumber: true },
  { title: 'Spearman', isNumber: true },
  { title: '95 % interval', isNumber: true },
  { title: 'p', isNumber: true },
  { title: 'Pearson', isNumber: true },
];

/** How each metric goes with latency, the closest first. */
export function Correlations({ correlations }: { correlations: readonly CorrelationReport[] }) {
  if (correlations.length === 0) return null;
  const sorted = correlations.toSorted((a, b) => b.spearman - a.spearman);
  const rows = sorted.map(({ metric, engine, threads, n, spearman, pearson, p, low, high }) => [
    metric,
    threads === 1 ? engine : `${engine}, all threads`,
    String(n),
    spearman.toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
    showProbability(p),
    pearson.toFixed(2),
  ]);
  return (
    <section>
      <h3>What goes with latency</h3>
      <Table columns={COLUMNS} rows={rows} />
    </section>
  );
}
