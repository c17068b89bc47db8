import { judgedOf, sourceBytes } from '../judged.js';
import { showBytes, showCount, showFactor } from '../numbers.js';
import type { ModelReport } from '../report.js';
import { showLine, showName } from '../text.js';
import { type Column, Table } from './table.js';
import { Name } from './words.js';

const COLUMNS: readonly Column[] = [
  { title: 'counts' },
  { title: 'before', isNumber: true },
  { title: 'after', isNumber: true },
  { title: 'factor', isNumber: true },
];

/** Which file this is. */
export function Source({ source }: { source: ModelReport['source'] }) {
  const { exporter, opset, sha256 } = source;
  const facts = [
    showBytes(sourceBytes(source)),
    ...(exporter === null ? [] : [showName(exporter)]),
    ...(opset === null ? [] : [`operator set ${opset}`]),
    ...(sha256 === null ? [] : [`SHA-256 ${sha256.slice(0, 16)}…`]),
  ];
  return <p class="faint">{facts.join(', ')}</p>;
}

/** What fusing came to, in numbers. */
export function Counts({ model: { before, after } }: { model: ModelReport }) {
  if (!before || !after) return null;
  const row = (title: string, a: number | null, b: number | null, show: (n: number | null) => string) => [
    title,
    show(a),
    show(b),
    showFactor(a, b),
  ];
  const rows = [
    row('nodes', before.nodes, after.nodes, showCount),
    row('parameters', before.parameters, after.parameters, showCount),
    row('multiply-accumulates', before.multiplyAccumulates, after.multiplyAccumulates, showCount),
    row('weights', before.weightBytes, after.weightBytes, showBytes),
  ];
  return <Table columns={COLUMNS} rows={rows} />;
}

/** How many blocks were merged. */
export function Merged({ model: { fused } }: { model: ModelReport }) {
  if (fused.length === 0) return null;
  const nodes = fused.reduce((sum, { sources }) => sum + sources.length, 0);
  return (
    <h3>
      {fused.length} {fused.length === 1 ? 'block' : 'blocks'} merged from {nodes} nodes
    </h3>
  );
}

/** What could not be merged, with the reasons. */
export function Declined({ model: { declined } }: { model: ModelReport }) {
  if (declined.length === 0) return null;
  return (
    <section>
      <h3>{declined.length} not merged</h3>
      <ul>
        {declined.map(({ sources, reason }, place) => (
          <li key={String(place)}>
            {sources.map(({ name, operator }) => (
              <>
                <Name of={name || operator} />{' '}
              </>
            ))}
            {showLine(reason)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was assumed, dropped or raised, of the model and of each artefact. */
export function Notes({ model }: { model: ModelReport }) {
  const judged = judgedOf(model).flatMap(({ path, notes, check }) =>
    [...notes, ...(check?.notes ?? [])].map((note) => ({ path, note })),
  );
  const notes = [...model.notes.map((note) => ({ path: null, note })), ...judged];
  if (notes.length === 0) return null;
  return (
    <section>
      <h3>Notes</h3>
      <ul>
        {notes.map(({ path, note }) => (
          <li key={`${path} ${note}`}>
            {path === null ? null : (
              <>
                <Name of={path} />:{' '}
              </>
            )}
            {showLine(note)}
          </li>
        ))}
      </ul>
    </section>
  );
}
