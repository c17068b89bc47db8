import type { FiguresReport, JudgementReport } from '../../check/report.js';
import { type Judged, judgedOf } from '../judged.js';
import { showFigure } from '../numbers.js';
import type { ModelReport } from '../report.js';
import { showLine } from '../text.js';
import { type Column, Table } from './table.js';
import { Name } from './words.js';

const COLUMNS: readonly Column[] = [
  { title: 'output' },
  { title: 'error', isNumber: true },
  { title: 'relative l2', isNumber: true },
  { title: 'limit', isNumber: true },
  { title: 'noise', isNumber: true },
  { title: 'equal', isNumber: true },
];

/** What was measured of every output of every artefact. */
export function Outputs({ model }: { model: ModelReport }) {
  const checked = judgedOf(model).filter(({ check }) => check !== null && check.judgements.length > 0);
  return (
    <>
      {checked.map((judged) => (
        <OutputsOf key={judged.path} judged={judged} />
      ))}
    </>
  );
}

function OutputsOf({ judged: { path, check, matched } }: { judged: Judged }) {
  if (!check) return null;
  const rows = check.judgements.flatMap((judgement) => judgement.outputs.map((figures) => cells(judgement, figures)));
  const trials = check.judgements.at(-1)?.trials ?? 0;
  return (
    <section>
      <h3>
        Outputs of <Name of={path} />
      </h3>
      <p class="faint">
        On {trials} {trials === 1 ? 'input' : 'inputs'}
        {check.engine ? `, run by ${check.engine.name} ${check.engine.version}` : ''}
      </p>
      <Table columns={COLUMNS} rows={rows} />
      <Matched matched={matched} />
    </section>
  );
}

/** Which input and output is which, by what that was found. */
function Matched({ matched }: Pick<Judged, 'matched'>) {
  return (
    <ul class="faint">
      {matched.map(({ kind, reference, candidate, permutation, by }) => (
        <li key={`${kind} ${reference}`}>
          {kind} <Name of={reference} />
          {candidate === reference ? '' : ' is '}
          {candidate === reference ? null : <Name of={candidate} />} by {by}
          {permutation ? `, axes ${permutation.join('')}` : ''}
        </li>
      ))}
    </ul>
  );
}

function cells({ purpose, measure }: JudgementReport, figures: FiguresReport) {
  const { output, error, limit, noise, l2, equal, failures, reason } = figures;
  const clauses = reason === null ? failures : [...failures, reason];
  return [
    <>
      <Name of={output} />
      {purpose === 'lowering' ? ' with fp32 constants' : ''}
      {clauses.map((clause) => (
        <div key={clause} class={failures.length > 0 ? 'bad' : 'faint'}>
          {showLine(clause)}
        </div>
      ))}
    </>,
    showFigure(error),
    showFigure(l2),
    showLimit(limit, measure),
    showFigure(noise),
    equal === null ? '-' : equal.toFixed(3),
  ];
}

/** With the figure that it is for, where that is not the error. */
function showLimit(limit: number, measure: JudgementReport['measure']): string {
  if (measure === 'none') return '-';
  return measure === 'l2' ? `${showFigure(limit)} of l2` : showFigure(limit);
}
