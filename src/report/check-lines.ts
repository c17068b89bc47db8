import type { FiguresReport, JudgementReport, RoundingReport, TriedReport } from '../check/report.js';
import type { CheckReport } from '../commands/convert/report.js';
import { showFigure, showShare } from './numbers.js';
import { type Colours, LISTED, more, showShape } from './summary-lines.js';
import { showLine, showName } from './text.js';

/**
 * How a check came out, indented below the artefact that it is of.
 * @param reference what it is compared with: `source`
 */
export function checkLines(
  { verdict, engine, judgements, rounding, notes }: CheckReport,
  reference: string,
  colours: Colours,
): string[] {
  const said = {
    equivalent: colours.green(`answers like the ${reference}`),
    different: colours.red(`does not answer like the ${reference}`),
    'not compared': colours.red('was not compared'),
  }[verdict];
  const by = engine ? ` (${showName(engine.name)} ${showName(engine.version)})` : '';
  const [first] = judgements;
  const lines = [`    ${said}${first ? ` on ${tried(first)}` : ''}${by}`];
  for (const judgement of judgements) {
    for (const figures of judgement.outputs.slice(0, LISTED)) lines.push(figuresLine(judgement, figures, colours));
    lines.push(...more(judgement.outputs.length, false, '    '));
  }
  if (rounding) lines.push(roundingLine(rounding, colours));
  return [...lines, ...notes.map((note) => colours.yellow(`    note: ${showLine(note)}`))];
}

/** Whether constants are those of the program in float32, but for the rounding. */
function roundingLine({ operations, constants, difference }: RoundingReport, colours: Colours): string {
  if (difference !== null) return colours.red(`    constants: ${showLine(difference)}`);
  return `    constants: ${constants} in ${operations} operations are the nearest to those in fp32, bit for bit`;
}

/** How many inputs were tried, and at which sizes: `3 inputs of [1,3,224,224]`. */
function tried({ trials, tried: groups }: JudgementReport): string {
  const sizes = groups.slice(0, LISTED).map(({ inputs }) => inputs.slice(0, LISTED).map(showInput).join(' with '));
  return `${trials} ${trials === 1 ? 'input' : 'inputs'} of ${sizes.join(' and ')}`;
}

function figuresLine({ purpose, measure }: JudgementReport, figures: FiguresReport, colours: Colours): string {
  const { output, failures, reason } = figures;
  const what = purpose === 'lowering' ? ' with fp32 constants' : '';
  const why = [...failures, ...(reason === null ? [] : [reason])].map((clause) => `: ${showLine(clause)}`).join('');
  const line = `    ${showName(output)}${what}: ${shownFigures(figures, measure)}${why}`;
  return failures.length === 0 ? line : colours.red(line);
}

/** What was measured of an output: first what its limit is for. */
export function shownFigures(
  { error, l2, maxAbs, meanAbs, beyond, equal, limit, noise, top1 }: FiguresReport,
  measure: JudgementReport['measure'],
): string {
  if (equal !== null) return `equal ${equal.toFixed(3)}`;
  const classes = top1 === null || top1 === 1 ? '' : `, top1 ${top1.toFixed(3)}`;
  if (measure === 'none')
    return `error ${showFigure(error)}, l2 ${showFigure(l2)}, noise ${showFigure(noise)}${classes}`;
  const mean = error !== null && maxAbs && meanAbs !== null ? (error * meanAbs) / maxAbs : null;
  const spread = mean === null || beyond === null ? '' : `, mean ${showFigure(mean)}, ${showShare(beyond)} beyond 2e-2`;
  const judged = measure === 'l2' ? `l2 ${showFigure(l2)}` : `error ${showFigure(error)}`;
  const other = measure === 'l2' ? `, largest ${showFigure(error)}${spread}` : '';
  return `${judged}, limit ${showFigure(limit)}${other}, noise ${showFigure(noise)}${classes}`;
}

function showInput({ name, shape }: TriedReport['inputs'][number], _: number, all: readonly unknown[]): string {
  return all.length === 1 ? showShape(shape) : `${showName(name)} ${showShape(shape)}`;
}
