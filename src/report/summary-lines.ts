import { showBytes, showCount, showFactor, showSeconds } from './numbers.js';
import type { Counts, ModelReport, NodeReport, PartReport, ValueReport } from './report.js';
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
  /** Columns of the terminal; undefined where what reads it is none, and lines may be as long as they are. */
  readonly width?: number | undefined;
  /** Where one part of the samples was tried alone. */
  readonly part?: PartReport | null;
}

/** Refusals, outputs and blocks are listed up to here, then counted. */
export const LISTED = 10;

/** On fewer columns a table leaves out what can be worked out of the rest, and room between columns. */
const NARROW = 57;

/** Counts before and after, a row each. */
export function table(before: Counts, after: Counts, { colours: { dim }, width = NARROW }: SummaryOptions): string[] {
  const row = (label: string, a: string, b: string, factor: string) =>
    width < NARROW
      ? `  ${label.padEnd(20)}${a.padStart(9)}${b.padStart(9)}`
      : `  ${label.padEnd(22)}${a.padStart(12)}${b.padStart(12)}${factor.padStart(9)}`.trimEnd();
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

/** Every block that was fused, with what it stands for. */
export function blocks(model: ModelReport): string[] {
  return model.fused.map(
    ({ node, operator, sources }) => `  fused: ${showName(node)} (${showName(operator)}) from ${showNodes(sources)}`,
  );
}

/** What stayed, and why. */
export function declinedLines({ declined }: ModelReport, verbose: boolean): string[] {
  const lines = declined
    .slice(0, verbose ? undefined : LISTED)
    .map(({ sources, reason }) => `  not fused: ${showNodes(sources)}: ${showLine(reason)}`);
  return [...lines, ...more(declined.length, verbose)];
}

/** Where the time went. */
export function stationLines({ stations }: ModelReport): string[] {
  return Object.entries(stations).map(([station, time]) => `  ${station}: ${showSeconds(time)}`);
}

function showNodes(nodes: readonly NodeReport[]): string {
  const names = nodes.slice(0, LISTED).map(({ name, operator }) => showName(name || operator));
  return nodes.length > LISTED ? `${names.join(', ')} and ${nodes.length - LISTED} more` : names.join(', ');
}

/** How many were left out of a list. */
export function more(count: number, isVerbose: boolean, indent = '  '): string[] {
  return !isVerbose && count > LISTED ? [`${indent}and ${count - LISTED} more`] : [];
}

/** What was assumed, dropped or raised. */
export function noteLines({ notes }: ModelReport, colours: Colours): string[] {
  return notes.map((note) => colours.yellow(`  note: ${showLine(note)}`));
}

/** `name: type [sizes]` */
export function showValue({ name, dtype, shape }: ValueReport): string {
  return `${showName(name)}: ${dtype ?? 'unknown type'} ${showShape(shape)}`;
}

/** `[1,3,height,?]` */
export function showShape(shape: ModelReport['inputs'][number]['shape']): string {
  return shape
    ? `[${shape.map((size) => (size === null ? '?' : typeof size === 'string' ? showName(size) : size)).join(',')}]`
    : 'of unknown rank';
}
