import type { ErrorName } from '../model/index.js';
import { outcomeOfRun, SENTENCES } from './judged.js';
import { showCount } from './numbers.js';
import type { ModelReport, Report } from './report.js';
import type { SummaryOptions } from './summary-lines.js';
import { showName } from './text.js';

/** What became of a model that failed, by the class of its error, in words that fit a column. */
const FAILED: Readonly<Record<ErrorName, string>> = {
  UsageError: 'wrong usage',
  InputError: 'not read',
  UnsupportedError: 'not supported',
  NotEquivalentError: 'answers otherwise',
  OutputError: 'not written',
  GateError: 'a gate is not met',
  EngineError: 'not compared',
};

const DONE: Readonly<Record<Report['command'], string>> = {
  convert: 'converted',
  inspect: 'inspected',
  verify: 'verified',
};

/** A row for each of several models, and how many of them did not fail. The last line of `inspect` is that of one model. */
export function modelsTable({ command, models }: Report, { colours, width = 80 }: SummaryOptions): string[] {
  const rows = models.map((model) => [showName(model.source.path), nodes(model), became(model, command)] as const);
  const most = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const place = Math.min(most(0), Math.max(12, width - most(1) - 24));
  const lines = rows.map(([path, count, result], index) => {
    const told = models[index]?.error ? colours.red(result) : result;
    // A path that is longer has a line of its own.
    const start = path.length > place ? `  ${path}\n  ${''.padEnd(place)}` : `  ${path.padEnd(place)}`;
    return `${start}  ${count.padEnd(most(1))}  ${told}`;
  });
  const good = models.filter(({ error }) => !error).length;
  const total = `${good} of ${models.length} ${DONE[command]}`;
  return [colours.bold('all models'), ...lines, good < models.length ? colours.red(total) : total];
}

function nodes({ before, after }: ModelReport): string {
  return before && after ? `${showCount(before.nodes)} to ${showCount(after.nodes)} nodes` : '';
}

function became(model: ModelReport, command: Report['command']): string {
  if (model.error) return FAILED[model.error.kind];
  if (command === 'inspect') return `${model.fused.length} can be fused`;
  return SENTENCES[outcomeOfRun(0, [model])];
}
