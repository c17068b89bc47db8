import type { MovedRows } from './comparison.js';
import type { FiguresReport } from './report.js';

/** What was found of one value where source and artefact select among the artefact's own numbers. */
export interface FoundAmongOwn<Figures> {
  readonly figures: Figures;
  /** Whether selections have a say in it; else it is what they select among. */
  readonly isBehind: boolean;
}

/**
 * Outputs that follow from a selection and differ, as that was found which decides on them: what is selected among has to agree,
 * and where the source is given that, what it makes of it. Then only near ties have changed places.
 * @param judged outputs as they are
 * @param jumped those of them that follow from a selection and differ
 * @param found of these, of what they are selected among and of what lies behind
 * @returns outputs, and behind them what else was looked at
 */
export function judgeNearTies<Figures extends FiguresReport>(
  judged: readonly Figures[],
  jumped: readonly Figures[],
  found: readonly FoundAmongOwn<Figures>[],
  movedRowsOf: (output: Figures) => MovedRows | null,
): Figures[] {
  const failures = found.flatMap(({ figures, isBehind }) => {
    const where = isBehind ? 'where both select among its own values' : 'among what it selects';
    return figures.failures.map((failure) => `${where}, ${figures.output}: ${failure}`);
  });
  const worst = Math.max(0, ...found.flatMap(({ figures }) => figures.error ?? []));
  const agreed = `where both select among its own values all agrees (error ${worst.toExponential(1)})`;
  const outputs = judged.map((output) => {
    if (!jumped.includes(output)) return output;
    const reason = `${show(movedRowsOf(output))} by near ties; ${agreed}`;
    return { ...output, failures, reason: failures.length > 0 ? null : reason };
  });
  const known = new Set(outputs.map(({ output }) => output));
  return [...outputs, ...found.flatMap(({ figures }) => (known.has(figures.output) ? [] : figures))];
}

function show(moved: MovedRows | null): string {
  return moved && moved.moved > 0 ? `${moved.moved} of ${moved.rows} rows moved` : 'rows moved';
}
