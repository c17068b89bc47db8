import type { DataFiguresReport, PreprocessingReport, ShareReport, WorstSampleReport } from '../../data/report.js';
import { checkLines } from '../../report/check-lines.js';
import { showBytes, showFigure } from '../../report/numbers.js';
import { proofLine } from '../../report/proof-line.js';
import type { ModelReport, PartReport } from '../../report/report.js';
import { type Colours, LISTED, more, noteLines, type SummaryOptions } from '../../report/summary-lines.js';
import { showLine, showName } from '../../report/text.js';
import type { PartedReport } from '../../verification/bisect/report.js';
import type { CandidateReport, MatchedReport } from './report.js';

const SHOWN_WORST = 3;

/** What a reference was compared with, and how that came out, for a person. */
export function verifySummary(model: ModelReport, options: SummaryOptions): string {
  const { colours } = options;
  const { source, candidates } = model;
  const lines = [`${colours.bold(showName(source.path))}  ${showBytes(source.bytes)}, the reference`];
  for (const candidate of candidates) lines.push(...candidateLines(candidate, options));
  lines.push(...noteLines(model, colours));
  for (const { path, proof } of candidates) {
    if (proof) lines.push(`  ${candidates.length > 1 ? `${showName(path)}: ` : ''}${proofLine(proof, colours)}`);
  }
  return `${lines.join('\n')}\n`;
}

function candidateLines(candidate: CandidateReport, { colours, verbose, part }: SummaryOptions): string[] {
  const { path, format, precision, bytes, matched, check, parted, notes, error } = candidate;
  const lines = [
    `  ${(format ?? '?').padEnd(7)}${showName(path)}  ${showBytes(bytes)}${precision ? `, ${precision}` : ''}`,
  ];
  lines.push(
    ...matched.slice(0, verbose ? undefined : LISTED).map(matchedLine),
    ...more(matched.length, verbose, '    '),
  );
  if (check && check.judgements.length > 0) lines.push(...checkLines(check, 'reference', colours));
  else if (part && !error) lines.push(`    ${partLine(part)}`);
  else lines.push(colours.red('    was not compared'));
  if (candidate.data) lines.push(...dataLines(candidate.data));
  if (parted) lines.push(...partedLines(parted, check?.verdict === 'different', colours));
  if (error && check?.verdict === 'equivalent') lines.push(colours.red(`    ${showLine(error.what)}`));
  return [...lines, ...notes.map((note) => colours.yellow(`    note: ${showLine(note)}`))];
}

/** Nothing is judged before all parts are there. */
function partLine({ shard, of, samples }: PartReport): string {
  return `part ${shard} of ${of}, ${samples} samples; judged by mobileone report merge`;
}

/** What a user's data say, and by which preprocessing. */
function dataLines(data: DataFiguresReport): string[] {
  const { samples, decided, top1, top5, reference, agreement, decidedAgreement, confidenceShift, kl, worst } = data;
  const lines: string[] = [];
  if (top1) lines.push(`top-1 ${interval(top1)}, the reference ${interval(reference.top1)}`);
  if (top5) lines.push(`top-5 ${interval(top5)}, the reference ${interval(reference.top5)}`);
  if (agreement) {
    lines.push(
      `same class as the reference ${interval(agreement)} of ${samples}, ${interval(decidedAgreement)} of ${decided} that it decides on`,
      `confidence ${showFigure(confidenceShift)}, KL ${showFigure(kl)}`,
    );
  }
  if (worst.length > 0) lines.push(`worst: ${worst.slice(0, SHOWN_WORST).map(worstSample).join('; ')}`);
  if (data.preprocessing) lines.push(`images: ${preprocessing(data.preprocessing)}`);
  return lines.map((line) => `    ${line}`);
}

function interval(share: ShareReport | null): string {
  if (!share) return 'of none';
  const [value, low, high] = [share.share, share.low, share.high].map((each) => (100 * each).toFixed(2));
  return `${value} % (${low} to ${high})`;
}

function worstSample({ sample, error, reference, candidate }: WorstSampleReport): string {
  const classes = reference === candidate ? '' : `, ${showName(candidate ?? '?')} for ${showName(reference ?? '?')}`;
  return `${showName(sample)} ${showFigure(error)}${classes}`;
}

function preprocessing({
  decoder,
  resize,
  crop,
  interpolation,
  order,
  mean,
  std,
  sha256,
}: PreprocessingReport): string {
  const steps = [
    resize && `resized to ${resize.join(' x ')} (${interpolation})`,
    crop && `cropped to ${crop.join(' x ')}`,
    `${order}, p / 255 less ${mean.join(', ')} over ${std.join(', ')}`,
    `decoded by ${decoder}`,
  ];
  return `${steps.filter(Boolean).join('; ')}; ${sha256.slice(0, 16)}`;
}

/** Where they part and why, or that nothing stands out. */
function partedLines(parted: PartedReport, isDifferent: boolean, colours: Colours): string[] {
  const { value, nodes, own, inherited, noise, cause, saved } = parted;
  const by = own === null || !noise ? '' : `, ${showTimes(own / noise)} times noise`;
  const figures = `adds ${showFigure(own)} itself${by}; what it reads is off by ${showFigure(inherited)}`;
  if (!isDifferent) return [`    nothing has to stand out; most does ${showName(value)}: it ${figures}`];
  const made = nodes.slice(0, LISTED).map(showName).join(', ');
  return [
    colours.red(`    they part at ${showName(value)}: it ${figures}`),
    `      made by ${made}${nodes.length > LISTED ? ` and ${nodes.length - LISTED} more` : ''}`,
    ...(cause ? [`      ${showLine(cause)}`] : []),
    ...(saved ? [`      saved in ${showName(saved)}, with the command that shows it`] : []),
  ];
}

function showTimes(times: number): string {
  return times < 10 ? times.toFixed(1) : times.toPrecision(2);
}

function matchedLine({ kind, reference, candidate, permutation, by }: MatchedReport): string {
  const axes = permutation ? `, axes ${permutation.join('')}` : '';
  const called = candidate === reference ? '' : ` is ${showName(candidate)}`;
  return `    ${kind} ${showName(reference)}${called} (by ${by}${axes})`;
}
