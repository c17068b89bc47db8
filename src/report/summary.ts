import { showBytes, showCount, showFactor, showFigure, showSeconds } from './numbers.js';
import type {
  ArtefactReport,
  CheckReport,
  Counts,
  FiguresReport,
  JudgementReport,
  ListedNode,
  ModelReport,
  NodeReport,
  SourceReport,
  TriedReport,
  ValueReport,
} from './report.js';
import { showLine, showName } from './text.js';

/** Marks up text for a terminal; plain functions where colour is off. */
export interface Colours {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

/** How a summary is written, not what it says. */
export interface SummaryOptions {
  readonly colours: Colours;
  /** Lists every block, and the time of every station. */
  readonly verbose: boolean;
}

/** Refusals, outputs and blocks are listed up to here, then counted. */
const LISTED = 10;

/** What `convert` did to one model, for a person. */
export function convertSummary(model: ModelReport, options: SummaryOptions): string {
  const { colours, verbose } = options;
  const lines = [colours.bold(showName(model.source.path))];
  if (model.before && model.after) lines.push(...table(model.before, model.after, colours));
  if (model.after) lines.push(`  ${merged(model)}`);
  if (verbose) lines.push(...blocks(model), ...declinedLines(model, verbose));
  for (const artefact of model.artefacts) lines.push(...artefactLines(artefact, colours));
  lines.push(...noteLines(model, colours));
  if (verbose) lines.push(...stationLines(model));
  return `${lines.join('\n')}\n`;
}

/** What is in one model, for a person. The last line is the one that a script looks for. */
export function inspectSummary(model: ModelReport, options: SummaryOptions): string {
  const { colours, verbose } = options;
  const { source } = model;
  const lines = [colours.bold(showName(source.path))];
  const exporter = source.exporter === null ? 'an exporter that does not say its name' : showName(source.exporter);
  lines.push(`  written by ${exporter}, operator set ${source.opset ?? 'unknown'}, ${showSize(source)}`);
  for (const value of model.inputs) lines.push(`  input  ${showValue(value)}`);
  for (const value of model.outputs) lines.push(`  output ${showValue(value)}`);
  if (model.nodes) lines.push(...nodeTable(model.nodes, colours));
  if (model.before && model.after) {
    lines.push(...table(model.before, model.after, colours), ...operatorRows(model.before, model.after));
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

function table(before: Counts, after: Counts, { dim }: Colours): string[] {
  const row = (label: string, a: string, b: string, factor: string) =>
    `  ${label.padEnd(22)}${a.padStart(12)}${b.padStart(12)}${factor.padStart(9)}`.trimEnd();
  const counted = (label: string, a: number | null, b: number | null, show: (n: number | null) => string) =>
    row(label, show(a), show(b), showFactor(a, b));
  return [
    dim(row('', 'before', 'after', 'factor')),
    counted('nodes', before.nodes, after.nodes, showCount),
    counted('parameters', before.parameters, after.parameters, showCount),
    counted('multiply-accumulates', before.multiplyAccumulates, after.multiplyAccumulates, showCount),
    counted('weights', before.weightBytes, after.weightBytes, showBytes),
  ];
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

function operatorRows(before: Counts, after: Counts): string[] {
  const a = new Map(Object.entries(before.operators));
  const b = new Map(Object.entries(after.operators));
  return [...new Set([...a.keys(), ...b.keys()])].sort().map((operator) => {
    const [was, is] = [a.get(operator) ?? 0, b.get(operator) ?? 0];
    return `    ${showName(operator).padEnd(20)}${String(was).padStart(12)}${String(is).padStart(12)}`;
  });
}

function merged({ fused, declined }: ModelReport): string {
  const sources = fused.reduce((sum, block) => sum + block.sources.length, 0);
  const blocksMerged = `${fused.length} ${fused.length === 1 ? 'block' : 'blocks'} merged from ${sources} nodes`;
  return declined.length === 0 ? blocksMerged : `${blocksMerged}, ${declined.length} not (reasons with -v)`;
}

function blocks(model: ModelReport): string[] {
  return model.fused.map(
    ({ node, operator, sources }) => `  fused: ${showName(node)} (${showName(operator)}) from ${showNodes(sources)}`,
  );
}

/** What stayed, and why. */
function declinedLines({ declined }: ModelReport, verbose: boolean): string[] {
  const lines = declined
    .slice(0, verbose ? undefined : LISTED)
    .map(({ sources, reason }) => `  not fused: ${showNodes(sources)}: ${showLine(reason)}`);
  return [...lines, ...more(declined.length, verbose)];
}

/** Where the time went. */
function stationLines({ stations }: ModelReport): string[] {
  return Object.entries(stations).map(([station, time]) => `  ${station}: ${showSeconds(time)}`);
}

function showNodes(nodes: readonly NodeReport[]): string {
  const names = nodes.slice(0, LISTED).map(({ name, operator }) => showName(name || operator));
  return nodes.length > LISTED ? `${names.join(', ')} and ${nodes.length - LISTED} more` : names.join(', ');
}

function more(count: number, isVerbose: boolean, indent = '  '): string[] {
  return !isVerbose && count > LISTED ? [`${indent}and ${count - LISTED} more`] : [];
}

function artefactLines(artefact: ArtefactReport, colours: Colours): string[] {
  const { check, target, path, bytes, precision } = artefact;
  const place = artefact.written ? '' : colours.red(' (not written)');
  const lines = [`  ${target.padEnd(7)}${showName(path)}  ${showBytes(bytes)}, ${precision}${place}`];
  if (check) lines.push(...checkLines(check, colours));
  else lines.push(colours.yellow('    not checked'));
  for (const note of artefact.notes) lines.push(colours.yellow(`    note: ${showLine(note)}`));
  return lines;
}

function checkLines({ verdict, engine, judgements, notes }: CheckReport, colours: Colours): string[] {
  const said = {
    equivalent: colours.green('answers like the source'),
    different: colours.red('does not answer like the source'),
    'not compared': colours.red('was not compared'),
  }[verdict];
  const by = engine ? ` (${showName(engine.name)} ${showName(engine.version)})` : '';
  const [first] = judgements;
  const lines = [`    ${said}${first ? ` on ${tried(first)}` : ''}${by}`];
  for (const judgement of judgements) {
    for (const figures of judgement.outputs.slice(0, LISTED)) lines.push(figuresLine(judgement, figures, colours));
    lines.push(...more(judgement.outputs.length, false, '    '));
  }
  return [...lines, ...notes.map((note) => colours.yellow(`    note: ${showLine(note)}`))];
}

/** How many inputs were tried, and at which sizes: `3 inputs of [1,3,224,224]`. */
function tried({ trials, tried: groups }: JudgementReport): string {
  const sizes = groups.slice(0, LISTED).map(({ inputs }) => inputs.slice(0, LISTED).map(showInput).join(' with '));
  return `${trials} ${trials === 1 ? 'input' : 'inputs'} of ${sizes.join(' and ')}`;
}

function showInput({ name, shape }: TriedReport['inputs'][number], _: number, all: readonly unknown[]): string {
  return all.length === 1 ? showShape(shape) : `${showName(name)} ${showShape(shape)}`;
}

function figuresLine({ purpose }: JudgementReport, figures: FiguresReport, colours: Colours): string {
  const { output, failures, reason } = figures;
  const what = purpose === 'lowering' ? ' with fp32 constants' : '';
  const why = [...failures, ...(reason === null ? [] : [reason])].map((clause) => `: ${showLine(clause)}`).join('');
  const line = `    ${showName(output)}${what}: ${shownFigures(figures)}${why}`;
  return failures.length === 0 ? line : colours.red(line);
}

function shownFigures({ error, equal, limit, noise, top1 }: FiguresReport): string {
  if (equal !== null) return `equal ${equal.toFixed(3)}`;
  const classes = top1 === null || top1 === 1 ? '' : `, top1 ${top1.toFixed(3)}`;
  return `error ${showFigure(error)}, limit ${showFigure(limit)}, noise ${showFigure(noise)}${classes}`;
}

function noteLines({ notes }: ModelReport, colours: Colours): string[] {
  return notes.map((note) => colours.yellow(`  note: ${showLine(note)}`));
}

function showValue({ name, dtype, shape }: ValueReport): string {
  return `${showName(name)}: ${dtype ?? 'unknown type'} ${showShape(shape)}`;
}

function showShape(shape: ModelReport['inputs'][number]['shape']): string {
  return shape
    ? `[${shape.map((size) => (size === null ? '?' : typeof size === 'string' ? showName(size) : size)).join(',')}]`
    : 'of unknown rank';
}
