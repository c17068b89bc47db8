import { showBytes, showCount } from '../../../report/numbers.js';
import { type Column, Table } from '../../../report/page/table.js';
import { Name } from '../../../report/page/words.js';
import type { NetworkReport } from '../report.js';
import { latencyIn, showMilliseconds, timingsOf } from './timings.js';

const COUNTED: readonly Column[] = [
  { title: 'network' },
  { title: 'form' },
  { title: 'MACs', isNumber: true },
  { title: 'parameters', isNumber: true },
  { title: 'activations', isNumber: true },
  { title: 'bytes moved', isNumber: true },
  { title: 'depth', isNumber: true },
  { title: 'branches', isNumber: true },
  { title: 'synchronisations', isNumber: true },
];

/** A row for each network in each form. */
export function Networks({ networks }: { networks: readonly NetworkReport[] }) {
  if (networks.length === 0) return null;
  const timings = timingsOf(networks);
  const columns = [...COUNTED, ...timings.map(({ title }) => ({ title: `${title}, ms`, isNumber: true }))];
  const rows = networks.map((network) => [
    <Name key="name" of={network.path} />,
    network.form,
    showCount(network.macs),
    showCount(network.parameters),
    showCount(network.activations),
    showBytes(network.bytesMoved),
    String(network.depth),
    String(network.branches),
    String(network.synchronisations),
    ...timings.map((timing) => {
      const latency = latencyIn(network, timing);
      return latency ? `${showMilliseconds(latency.median)} ± ${showMilliseconds(latency.mad)}` : '-';
    }),
  ]);
  return (
    <section>
      <h3>Networks</h3>
      <div class="scroll">
        <Table columns={columns} rows={rows} />
      </div>
    </section>
  );
}
