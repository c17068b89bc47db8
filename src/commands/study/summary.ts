import { showBytes, showCount, showProbability, showShare } from '../../report/numbers.js';
import type { SummaryOptions } from '../../report/summary-lines.js';
import { showLine, showName } from '../../report/text.js';
import { ablationLines } from '../../study/ablations/lines.js';
import { adviceLine } from '../../study/advice/lines.js';
import type { CorrelationReport } from '../../study/explain/report.js';
import { profileLines } from '../../study/profile/lines.js';
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
  lines.push(...correlationLines(report, colours.dim), ...modelLines(report, verbose));
  for (const ablation of report.ablations) lines.push(...ablationLines(ablation).map((line) => `  ${line}`));
  for (const profile of report.profiles) lines.push(...profileLines(profile, verbose).map((line) => `  ${line}`));
  for (const path of new Set(report.advice.map((each) => each.path))) {
    lines.push(`  what would make ${showName(path)} faster:`);
    for (const each of report.advice) if (each.path === path) lines.push(`    ${adviceLine(each)}`);
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

/** What goes with latency: of each figure a line for each engine. */
function correlationLines({ correlations }: StudyReport, dim: (text: string) => string): string[] {
  if (correlations.length === 0) return [];
  const rows = correlations.map((each) => [
    ...[placeOf(each), each.metric, String(each.n), each.spearman.toFixed(2)],
    ...[`${each.low.toFixed(2)} to ${each.high.toFixed(2)}`, showProbability(each.p), each.pearson.toFixed(2)],
  ]);
  const head = ['goes with latency in', 'figure', 'n', 'Spearman', '95 % interval', 'p', 'Pearson'];
  return aligned([head, ...rows], [0, 1]).map((line, i) => (i === 0 ? dim(line) : line));
}

function placeOf({ engine, threads }: Pick<CorrelationReport, 'engine' | 'threads'>): string {
  return threads === 1 ? engine : `${engine}, all threads`;
}

/** What time is made of, in each engine. */
function modelLines({ model }: StudyReport, verbose: boolean): string[] {
  return model.flatMap((fit) => {
    const { medianError, families, n, coefficients, networks } = fit;
    const terms = Object.entries(coefficients).filter(([, value]) => value > 0);
    const formula = terms.map(([term, value]) => `${value.toPrecision(3)} ${term}`).join(' + ');
    const error = `median error ${showShare(medianError)}, of ${n} networks with each of ${families} families left out in turn`;
    const bounds = networks.map(({ path, latency, predicted, bound, shares }) => [
      ...[showName(path), `${latency.toFixed(2)} ms`, `predicted ${predicted.toFixed(2)} ms`],
      `bound by ${bound} (${showShare(shares[bound] ?? 0)})`,
    ]);
    return [`  ${placeOf(fit)}: ms = ${formula}; ${error}`, ...(verbose ? aligned(bounds, [0, 3], '    ') : [])];
  });
}

/** Rows in columns. @param left which of them begin at one place; the others end at one */
function aligned(rows: readonly (readonly string[])[], left: readonly number[], indent = '  '): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      left.includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}
