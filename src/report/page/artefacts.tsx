import { type Judged, judgedOf, sourceBytes } from '../judged.js';
import { showBytes, showFactor, showFigure } from '../numbers.js';
import type { ModelReport } from '../report.js';
import { type Column, Table } from './table.js';
import { Name, OutcomeMark } from './words.js';

const COLUMNS: readonly Column[] = [
  { title: 'artefact' },
  { title: 'format' },
  { title: 'precision' },
  { title: 'size', isNumber: true },
  { title: 'smaller', isNumber: true },
  { title: 'largest error', isNumber: true },
  { title: 'top-1', isNumber: true },
  { title: 'verdict' },
];

/** A row for each artefact: how large it is, and how far from the source. */
export function Artefacts({ model }: { model: ModelReport }) {
  const before = sourceBytes(model.source);
  const rows = judgedOf(model).map((judged) => [
    <Name key="path" of={judged.path} />,
    judged.format ?? 'unknown',
    judged.precision ?? 'unknown',
    showBytes(judged.bytes),
    showFactor(before, judged.bytes),
    showFigure(largestError(judged)),
    showTop1(judged),
    <OutcomeMark key="outcome" outcome={judged.outcome} />,
  ]);
  return rows.length === 0 ? null : <Table columns={COLUMNS} rows={rows} />;
}

/** Of the file itself, over its outputs; null where nothing was compared. */
function largestError({ check }: Judged): number | null {
  const errors = fileOutputs(check).flatMap(({ error }) => error ?? []);
  return errors.length === 0 ? null : Math.max(...errors);
}

/** On data that of the labels, where there are any; else how many rows choose as the source does. */
function showTop1({ check, data }: Judged): string {
  const shares = fileOutputs(check).flatMap(({ top1 }) => top1 ?? []);
  const share = data?.top1?.share ?? data?.agreement?.share ?? (shares.length === 0 ? null : Math.min(...shares));
  return share === null ? '-' : share.toFixed(3);
}

function fileOutputs(check: Judged['check']) {
  return check?.judgements.filter(({ purpose }) => purpose === 'artefact').flatMap(({ outputs }) => outputs) ?? [];
}
