import type { FiguresReport } from '../report/index.js';
import type { CandidateFindings } from './findings.js';
import type { OutputFacts } from './reference.js';

/** Outputs that follow from selections, as what lies behind those was found. */
interface JudgedSelections {
  readonly outputs: readonly FiguresReport[];
  /** An output that differs and could not be judged with the reference's selection. */
  readonly cannotBeFed: string | undefined;
}

/**
 * Judges outputs that follow from a selection and differ once more: where the candidate is given what the reference selected,
 * what the selections read and what lies behind them has to agree. Then only near ties have changed places.
 * @param judged outputs as they are
 * @param facts of those, and behind them of what selections read
 * @param judgeFed judges one of these where the candidate was given the selection
 */
export function judgeSelections(
  judged: readonly FiguresReport[],
  facts: readonly OutputFacts[],
  tried: CandidateFindings,
  judgeFed: (output: number) => FiguresReport,
): JudgedSelections {
  const isJumping = (output: number) => facts[output]?.role === 'behind' || facts[output]?.role === 'selected';
  const jumped = judged.filter(({ failures }, output) => failures.length > 0 && isJumping(output));
  const [first] = jumped;
  if (!first) return { outputs: judged, cannotBeFed: undefined };
  if (!tried.isFed) {
    const outputs = judged.map((figures) => (jumped.includes(figures) ? { ...figures, failures: [] } : figures));
    return { outputs, cannotBeFed: first.output };
  }
  const fed = facts.flatMap(({ role }, output) => (role === 'behind' || role === 'read' ? judgeFed(output) : []));
  const failures = fed.flatMap(({ output, failures: own }) =>
    own.map((failure) => `where both are given the reference's selection, ${output}: ${failure}`),
  );
  const worst = Math.max(0, ...fed.flatMap(({ error }) => error ?? []));
  const outputs = judged.map((figures, output) => {
    if (!jumped.includes(figures)) return figures;
    const moved = movedRows(tried, output);
    const reason = `${moved} by near ties; given the reference's selection all agrees (error ${worst.toExponential(1)})`;
    return { ...figures, failures, reason: failures.length > 0 ? null : reason };
  });
  const known = new Set(outputs.map(({ output }) => output));
  return { outputs: [...outputs, ...fed.filter(({ output }) => !known.has(output))], cannotBeFed: undefined };
}

function movedRows({ outputs }: CandidateFindings, output: number): string {
  const { movedRows: moved = 0, rows = 0 } = outputs[output]?.sums ?? {};
  return moved > 0 ? `${moved} of ${rows} rows moved` : 'rows moved';
}
