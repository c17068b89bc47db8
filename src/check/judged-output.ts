import type { Comparison } from './comparison.js';
import { figuresOf } from './figures.js';
import type { FiguresReport } from './report.js';
import type { Spread } from './spread.js';
import { type Bar, judgeOutput, remarksOn, type SourceFacts } from './verdict.js';

/**
 * What an output is to the selections of its graph. `behind`: it follows from a selection among computed numbers, `selected`: it
 * is the selection itself; both may jump by rounding alone. `read`: what selections, or what lies behind them, read, and which
 * is no output.
 */
export type Role = 'output' | 'behind' | 'selected' | 'read';

/** One output over all trials, with what is known of it. */
export interface ComparedOutput {
  readonly name: string;
  readonly role: Role;
  readonly compared: Comparison;
  /** See `noiseOf`. */
  readonly noise: number | null;
  readonly spread: Pick<Spread, 'largest'>;
  readonly facts: SourceFacts;
}

/** Whether an output may jump by rounding alone. */
export function isJumping(role: Role | undefined): boolean {
  return role === 'behind' || role === 'selected';
}

/** @param notes what a reader should know is added here */
export function judgeCompared(
  { name, role, compared, noise, spread, facts }: ComparedOutput,
  bar: Bar,
  notes: Set<string>,
): FiguresReport {
  const figures = figuresOf(name, compared, noise, spread);
  // What the source selects otherwise from run to run is no noise that excuses what lies behind.
  const judged = isJumping(role) ? { ...figures, noise: null } : figures;
  // A table inside is not what an application takes a class from.
  const own = role === 'read' ? { ...bar, judgesClasses: false } : bar;
  const verdict = judgeOutput(judged, compared, own, facts);
  if (!isJumping(role)) for (const remark of remarksOn(figures, bar.tolerance)) notes.add(remark);
  return { ...judged, ...verdict };
}
