import type { FiguresReport } from '../report/index.js';
import type { CandidateFindings } from './findings.js';
import type { OutputFacts } from './reference.js';

/** Outputs that follow from selections, as what lies behind those was found. */
interface JudgedSelections {
  readonly outputs: readonly FiguresReport[];
  /** An output that differs and could not be judged by what the candidate selects among. */
  readonly unjudged: string | undefined;
}

/**
 * Judges outputs that follow from a selection and differ once more: what the candidate selects among has to agree, and where the
 * reference is given that, what it makes of it. Then only near ties have changed places.
 * @param judged outputs as they are
 * @param facts of those, and behind them of what is looked at inside
 * @param judgeOwn judges one of these where the reference was given what the candidate selects among
 */
export function judgeSelections(
  judged: readonly FiguresReport[],
  facts: readonly OutputFacts[],
  tried: CandidateFindings,
  judgeOwn: (output: number) => FiguresReport,
): JudgedSelections {
  const isJumping = (output: number) => facts[output]?.role === 'behind' || facts[output]?.role === 'selected';
  const jumped = judged.filter(({ failures }, output) => failures.length > 0 && isJumping(output));
  const [first] = jumped;
  if (!first) return { outputs: judged, unjudged: undefined };
  if (!tried.isGiven) {
    const outputs = judged.map((figures) => (jumped.includes(figures) ? { ...figures, failures: [] } : figures));
    return { outputs, unjudged: first.output };
  }
  const own = facts.flatMap((_, output) => (tried.own.has(output) ? { output, figures: judgeOwn(output) } : []));
  const failures = own.flatMap(({ output, figures }) => {
    const where = isJumping(output) ? 'where both select among its own values' : 'among what it selects';
    return figures.failures.map((failure) => `${where}, ${figures.output}: ${failure}`);
  });
  const worst = Math.max(0, ...own.flatMap(({ figures }) => figures.error ?? []));
  const outputs = judged.map((figures, output) => {
    if (!jumped.includes(figures)) return figures;
    const moved = movedRows(tried, output);
    const reason = `${moved} by near ties; where both select among its own values all agrees (error ${worst.toExponential(1)})`;
    return { ...figures, failures, reason: failures.length > 0 ? null : reason };
  });
  const known = new Set(outputs.map(({ output }) => output));
  const inside = own.flatMap(({ figures }) => (known.has(figures.output) ? [] : figures));
  return { outputs: [...outputs, ...inside], unjudged: undefined };
}

function movedRows({ outputs }: CandidateFindings, output: number): string {
  const { movedRows: moved = 0, rows = 0 } = outputs[output]?.sums ?? {};
  return moved > 0 ? `${moved} of ${rows} rows moved` : 'rows moved';
}
