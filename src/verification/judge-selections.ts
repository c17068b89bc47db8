import { isJumping, judgeNearTies } from '../check/index.js';
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
  const mayJump = (output: number) => isJumping(facts[output]?.role);
  const jumped = judged.filter(({ failures }, output) => failures.length > 0 && mayJump(output));
  const [first] = jumped;
  if (!first) return { outputs: judged, unjudged: undefined };
  if (!tried.isGiven) {
    const outputs = judged.map((figures) => (jumped.includes(figures) ? { ...figures, failures: [] } : figures));
    return { outputs, unjudged: first.output };
  }
  const found = facts.flatMap((_, output) =>
    tried.own.has(output) ? { figures: judgeOwn(output), isBehind: mayJump(output) } : [],
  );
  const movedRowsOf = (figures: FiguresReport) => {
    const { movedRows: moved = 0, rows = 0 } = tried.outputs[judged.indexOf(figures)]?.sums ?? {};
    return { rows, moved };
  };
  return { outputs: judgeNearTies(judged, jumped, found, movedRowsOf), unjudged: undefined };
}
