import type { LatencyReport, NetworkReport, StudyReport } from './report.js';

/** The columns of timm's tables of benchmarks, then ours. */
const COLUMNS = [
  ...['model', 'infer_img_size', 'infer_samples_per_sec', 'infer_step_time', 'infer_batch_size', 'param_count'],
  ...['infer_gmacs', 'infer_macts', 'form', 'engine', 'threads', 'infer_step_time_mad', 'infer_runs'],
];

/** A line for each latency; for a network that was not timed one without: times in ms, parameters and activations in millions. */
export function studyCsv({ networks }: StudyReport): string {
  const lines = networks.flatMap((network) => {
    const rows: readonly (LatencyReport | undefined)[] = network.latency.length > 0 ? network.latency : [undefined];
    return rows.map((latency) => cells(network, latency).map(quoted).join(','));
  });
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

function cells(network: NetworkReport, latency: LatencyReport | undefined): (string | number)[] {
  const { path, form, inputs, parameters, macs, activations } = network;
  const [first = []] = Object.values(inputs);
  const batch = first.length > 1 ? (first[0] ?? 1) : 1;
  return [
    ...[path, first.length === 4 ? (first[3] ?? '') : '', latency ? fixed((1000 * batch) / latency.median, 2) : ''],
    ...[latency?.median ?? '', batch, fixed(parameters / 1e6, 2), scaled(macs, 1e9), scaled(activations, 1e6), form],
    ...[latency?.engine ?? '', latency?.threads ?? '', latency?.mad ?? '', latency?.runs ?? ''],
  ];
}

const fixed = (value: number, digits: number) => Number(value.toFixed(digits));
const scaled = (value: number | null, unit: number) => (value === null ? '' : fixed(value / unit, 3));

/** RFC 4180: what holds a comma, a quote or a line break is quoted. */
function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
