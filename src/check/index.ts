export { boundedOutputs } from './bounded-outputs.js';
export { type Candidate, runCandidate } from './candidate.js';
export { type ArtefactToJudge, Check, type CheckOptions, type Verdict } from './check.js';
export { faultIn } from './chosen-by-rule.js';
export { Comparison, type Sums } from './comparison.js';
export { figuresOf, noiseOf } from './figures.js';
export type {
  BehindSelections,
  JudgedOutput,
  Judgement,
  JudgementResult,
  Purpose,
  Range,
  StartedSource,
} from './judgement.js';
export { type Selections, selectionsOf } from './outputs-behind-selections.js';
export { type Chosen, type OwnSelections, ownSelections } from './own-selections.js';
export type { Pricing } from './pricing.js';
export type { OutputFigures } from './report.js';
export { resolutions } from './resolutions.js';
export type { Runs } from './run-count.js';
export type { Answered, Source } from './source-run.js';
export { Spread } from './spread.js';
export { findSuspect } from './suspect.js';
export { type Bar, judgeOutput, remarksOn, toleranceOf } from './verdict.js';
