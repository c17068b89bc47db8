import { showBytes } from '../../report/numbers.js';
import type { Counts, ModelReport, SourceReport } from '../../report/report.js';
import {
  blocks,
  type Colours,
  declinedLines,
  LISTED,
  more,
  noteLines,
  type SummaryOptions,
  showValue,
  stationLines,
  table,
} from '../../report/summary-lines.js';
import { showLine, showName } from '../../report/text.js';
import type { DiffReport, ListedNode } from './report.js';

/** Pieces of a difference are listed up to here, then counted. */
const LISTED_PIECES = 50;

/** What is in one model, for a person. The last line is the one that a script looks for. */
export function inspectSummary(model: ModelReport, options: SummaryOptions): string {
  const { colours, verbose } = options;
  const { source } = model;
  const lines = [colours.bold(showName(source.path))];
  const exporter = source.exporter === null ? 'an exporter that does not say its name' : showName(source.exporter);
  lines.push(`  written by ${exporter}, operator set ${source.opset ?? 'unknown'}, ${showSize(source)}`);
  if (model.diff) return `${[...lines, ...diffLines(model.diff, options), ...noteLines(model, colours)].join('\n')}\n`;
  for (const value of model.inputs) lines.push(`  input  ${showValue(value)}`);
  for (const value of model.outputs) lines.push(`  output ${showValue(value)}`);
  if (model.nodes) lines.push(...nodeTable(model.nodes, colours));
  if (model.before && model.after) {
    lines.push(...table(model.before, model.after, options), ...operatorRows(model.before, model.after, options));
  }
  if (verbose) lines.push(...blocks(model));
  lines.push(...declinedLines(model, verbose));
  for (const { target, unsupported } of model.targets) {
    const refused = `${unsupported.length} ${unsupported.length === 1 ? 'node' : 'nodes'} cannot be expressed`;
    lines.push(`  ${target}: ${unsupported.length === 0 ? colours.green('supported') : colours.yellow(refused)}`);
    for (const { node, operator, reason } of unsupported.slice(0, LISTED)) {
      lines.push(`    ${showName(node)} (${showName(operator)}): ${showLine(reason)}`);
    }
    lines.push(...more(unsupported.length, false, '    '));
  }
  lines.push(...noteLines(model, colours));
  if (verbose) lines.push(...stationLines(model));
  if (model.after) lines.push(fusibleLine(model.fused.length));
  return `${lines.join('\n')}\n`;
}

/** Which nodes became which. */
function diffLines({ path, format, by, same, changed, gone, added }: DiffReport, options: SummaryOptions): string[] {
  const { verbose, colours } = options;
  const how = { origins: 'by what the file says', names: 'by names of values', structure: 'by structure alone' }[by];
  const names = (nodes: DiffReport['gone']) => {
    const listed = nodes.slice(0, verbose ? undefined : LISTED).map(({ name, operator }) => showName(name || operator));
    return `${listed.join(', ')}${more(nodes.length, verbose, ' ').join('')}`;
  };
  const shown = changed.slice(0, verbose ? undefined : LISTED_PIECES);
  const lines = shown.map(({ sources, nodes }) => {
    const operators = nodes.map(({ operator }) => showName(operator)).join(', ');
    const from = sources.length === 0 ? 'nothing' : names(sources);
    return `  ${names(nodes)} (${operators}) from ${sources.length}: ${from}`;
  });
  if (shown.length < changed.length) lines.push(`  and ${changed.length - shown.length} more (all with -v)`);
  if (gone.length > 0) lines.push(`  gone: ${names(gone)}`);
  if (added.length > 0) lines.push(`  added: ${names(added)}`);
  const sources = changed.reduce((sum, piece) => sum + piece.sources.length, 0);
  const nodes = changed.reduce((sum, piece) => sum + piece.nodes.length, 0);
  return [
    colours.bold(`to ${showName(path)}`),
    `  ${format}, told ${how}`,
    ...lines,
    `  ${sources} nodes became ${nodes}, ${same} stayed, ${gone.length} went, ${added.length} came`,
  ];
}

/** Of the file, and of the data files that were read with it. */
function showSize({ bytes, data }: SourceReport): string {
  if (bytes === null || data.length === 0) return showBytes(bytes);
  const beside = data.reduce((sum, file) => sum + file.bytes, 0);
  return `${showBytes(bytes + beside)}, ${showBytes(beside)} of it external data`;
}

/** The last line of `inspect`. */
export function fusibleLine(count: number): string {
  return `${count} ${count === 1 ? 'block' : 'blocks'} can still be fused`;
}

/** Every node with its operator and the values it makes. */
function nodeTable(nodes: readonly ListedNode[], { dim }: Colours): string[] {
  const rows = nodes.map(
    ({ name, operator, outputs }) => [showName(name), showName(operator), outputs.map(showValue).join(', ')] as const,
  );
  const width = (column: 0 | 1, title: string) =>
    rows.reduce((most, row) => Math.max(most, row[column].length), title.length);
  const widths = [width(0, 'node'), width(1, 'operator')] as const;
  const line = ([name, operator, values]: readonly [string, string, string]) =>
    `  ${name.padEnd(widths[0])}  ${operator.padEnd(widths[1])}  ${values}`.trimEnd();
  return [dim(line(['node', 'operator', 'values it makes'])), ...rows.map(line)];
}

function operatorRows(before: Counts, after: Counts, { width = 80 }: SummaryOptions): string[] {
  const [name, number] = width < 48 ? [18, 9] : [20, 12];
  const a = new Map(Object.entries(before.operators));
  const b = new Map(Object.entries(after.operators));
  return [...new Set([...a.keys(), ...b.keys()])].sort().map((operator) => {
    const [was, is] = [a.get(operator) ?? 0, b.get(operator) ?? 0];
    return `    ${showName(operator).padEnd(name)}${String(was).padStart(number)}${String(is).padStart(number)}`;
  });
}
