import type { FiguresReport, JudgementReport, TriedReport } from '../../check/report.js';
import { showBytes, showFigure } from '../../report/numbers.js';
import type { ModelReport } from '../../report/report.js';
import {
  blocks,
  type Colours,
  declinedLines,
  LISTED,
  more,
  noteLines,
  type SummaryOptions,
  showShape,
  stationLines,
  table,
} from '../../report/summary-lines.js';
import { showLine, showName } from '../../report/text.js';
import type { ArtefactReport, CheckReport } from './report.js';

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

function merged({ fused, declined }: ModelReport): string {
  const sources = fused.reduce((sum, block) => sum + block.sources.length, 0);
  const blocksMerged = `${fused.length} ${fused.length === 1 ? 'block' : 'blocks'} merged from ${sources} nodes`;
  return declined.length === 0 ? blocksMerged : `${blocksMerged}, ${declined.length} not (reasons with -v)`;
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

function showInput({ name, shape }: TriedReport['inputs'][number], _: number, all: readonly unknown[]): string {
  return all.length === 1 ? showShape(shape) : `${showName(name)} ${showShape(shape)}`;
}
