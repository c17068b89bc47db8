import { checkLines } from '../../report/check-lines.js';
import { showBytes } from '../../report/numbers.js';
import { proofLine } from '../../report/proof-line.js';
import type { ModelReport } from '../../report/report.js';
import {
  blocks,
  type Colours,
  declinedLines,
  noteLines,
  type SummaryOptions,
  stationLines,
  table,
} from '../../report/summary-lines.js';
import { showLine, showName } from '../../report/text.js';
import type { ArtefactReport } from './report.js';

/**
 * What `convert` did to one model, for a person. Where it failed, what fusing would have gained is no comfort: then there are
 * the artefacts that were judged, and what is to be known of them; nothing where there are none.
 */
export function convertSummary(model: ModelReport, options: SummaryOptions): string {
  const { colours, verbose } = options;
  if (model.error && model.artefacts.length === 0 && model.notes.length === 0 && !verbose) return '';
  const lines = [colours.bold(showName(model.source.path))];
  if (!model.error) {
    if (model.before && model.after) lines.push(...table(model.before, model.after, options));
    if (model.after) lines.push(`  ${merged(model)}`);
  }
  if (verbose) lines.push(...blocks(model), ...declinedLines(model, verbose));
  for (const artefact of model.artefacts) lines.push(...artefactLines(artefact, colours));
  lines.push(...noteLines(model, colours));
  if (verbose) lines.push(...stationLines(model));
  for (const { proof } of model.artefacts) if (proof) lines.push(`  ${proofLine(proof, colours)}`);
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
  if (check) lines.push(...checkLines(check, 'source', colours));
  else lines.push(colours.yellow('    not checked'));
  for (const note of artefact.notes) lines.push(colours.yellow(`    note: ${showLine(note)}`));
  return lines;
}
