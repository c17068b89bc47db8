import { checkLines } from '../../report/check-lines.js';
import { showBytes } from '../../report/numbers.js';
import type { ModelReport } from '../../report/report.js';
import { type Colours, LISTED, more, noteLines, type SummaryOptions } from '../../report/summary-lines.js';
import { showLine, showName } from '../../report/text.js';
import type { CandidateReport, MatchedReport } from './report.js';

/** What a reference was compared with, and how that came out, for a person. */
export function verifySummary(model: ModelReport, { colours, verbose }: SummaryOptions): string {
  const { source, candidates } = model;
  const lines = [`${colours.bold(showName(source.path))}  ${showBytes(source.bytes)}, the reference`];
  for (const candidate of candidates) lines.push(...candidateLines(candidate, colours, verbose));
  lines.push(...noteLines(model, colours));
  return `${lines.join('\n')}\n`;
}

function candidateLines(candidate: CandidateReport, colours: Colours, verbose: boolean): string[] {
  const { path, format, precision, bytes, matched, check, notes, error } = candidate;
  const lines = [
    `  ${(format ?? '?').padEnd(7)}${showName(path)}  ${showBytes(bytes)}${precision ? `, ${precision}` : ''}`,
  ];
  lines.push(
    ...matched.slice(0, verbose ? undefined : LISTED).map(matchedLine),
    ...more(matched.length, verbose, '    '),
  );
  if (check && check.judgements.length > 0) lines.push(...checkLines(check, 'reference', colours));
  else lines.push(colours.red('    was not compared'));
  if (error && check?.verdict === 'equivalent') lines.push(colours.red(`    ${showLine(error.what)}`));
  return [...lines, ...notes.map((note) => colours.yellow(`    note: ${showLine(note)}`))];
}

function matchedLine({ kind, reference, candidate, permutation, by }: MatchedReport): string {
  const axes = permutation ? `, axes ${permutation.join('')}` : '';
  const called = candidate === reference ? '' : ` is ${showName(candidate)}`;
  return `    ${kind} ${showName(reference)}${called} (by ${by}${axes})`;
}
