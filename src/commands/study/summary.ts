import { showBytes, showCount, showShare } from '../../report/numbers.js';
import type { SummaryOptions } from '../../report/summary-lines.js';
import { showLine, showName } from '../../report/text.js';
import type { LatencyReport, NetworkReport, StudyReport } from './report.js';

interface Column {
  readonly title: string;
  cell(network: NetworkReport): string;
}

const COUNTED: readonly Column[] = [
  { title: 'form', cell: ({ form }) => form },
  { title: 'MACs', cell: ({ macs }) => showCount(macs) },
  { title: 'parameters', cell: ({ parameters }) => showCount(parameters) },
  { title: 'activations', cell: ({ activations }) => showCount(activations) },
  { title: 'moved', cell: ({ bytesMoved }) => showBytes(bytesMoved) },
  { title: 'nodes', cell: ({ nodes }) => String(nodes) },
  { title: 'depth', cell: ({ depth }) => String(depth) },
  { title: 'branches', cell: ({ branches }) => String(branches) },
  { title: 'sync', cell: ({ synchronisations }) => String(synchronisations) },
];

/** What was found, for a person: a line for each network and form, then what goes for all. */
export function studySummary(report: StudyReport, { colours, verbose }: SummaryOptions): string {
  const { networks, noise, notes } = report;
  const lines: string[] = [];
  if (networks.length > 0) lines.push(...table(report, colours.dim));
  if (verbose) for (const network of networks) lines.push(...details(network));
  for (const { path, form, notTimed } of networks) {
    for (const { engine, reason } of notTimed) {
      lines.push(colours.yellow(`  ${showName(path)}, ${form}: not timed in ${engine}: ${showLine(reason)}`));
    }
  }
  if (noise !== null) lines.push(`  noise of this machine: turns of one network lie ${showShare(noise)} apart`);
  for (const note of notes) lines.push(colours.yellow(`  note: ${showLine(note)}`));
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

function table({ networks }: StudyReport, dim: (text: string) => string): string[] {
  const columns = [...COUNTED, ...latencyColumns(networks)];
  const names = networks.map(({ path }) => showName(path));
  const width = Math.max('network'.length, ...names.map(({ length }) => length));
  const cells = networks.map((network) => columns.map(({ cell }) => cell(network)));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (name: string, row: readonly string[]) =>
    `  ${name.padEnd(width)}  ${row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')}`;
  const head = line(
    'network',
    columns.map(({ title }) => title),
  );
  return [dim(head), ...cells.map((row, i) => line(names[i] ?? '', row))];
}

function latencyColumns(networks: readonly NetworkReport[]): Column[] {
  const kinds = new Map<string, Column>();
  for (const { engine, threads } of networks.flatMap(({ latency }) => latency)) {
    const title = threads === 1 ? `${engine} ms` : `${engine}, all threads, ms`;
    const find = ({ latency }: NetworkReport) =>
      latency.find((each) => each.engine === engine && each.threads === threads);
    kinds.set(title, { title, cell: (network) => showLatency(find(network)) });
  }
  return [...kinds.values()];
}

function showLatency(latency: LatencyReport | undefined): string {
  if (!latency) return '-';
  const digits = latency.median < 10 ? 2 : 1;
  return `${latency.median.toFixed(digits)} ± ${latency.mad.toFixed(digits)}`;
}

function details({ path, form, operators, activationFunctions, intensity, moved }: NetworkReport): string[] {
  const share = `weights ${showBytes(moved.weights)}, activations ${showBytes(moved.activations)}`;
  const kinds = Object.entries(activationFunctions).map(([name, count]) => `${count} ${name}`);
  const rows = Object.entries(operators).sort(([, a], [, b]) => b.bytes - a.bytes);
  return [
    `  ${showName(path)}, ${form}: ${share}, ${intensity === null ? 'unknown' : intensity.toFixed(2)} MACs for each byte`,
    ...(kinds.length > 0 ? [`    activation functions: ${kinds.join(', ')}`] : []),
    ...rows.map(
      ([operator, { nodes, macs, bytes }]) =>
        `    ${showName(operator).padEnd(24)}${String(nodes).padStart(6)}${showBytes(bytes).padStart(10)}${showCount(macs).padStart(10)} MACs`,
    ),
  ];
}
