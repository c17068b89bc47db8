export { Behind } from './behind.js';
export { boundedOutputs } from './bounded-outputs.js';
export { type Candidate, runCandidate } from './candidate.js';
export { type CandidateSelections, selectionsOfCandidate } from './candidate-selections.js';
export { type ArtefactToJudge, Check, type CheckOptions, type Verdict } from './check.js';
export { Comparison, type Sums } from './comparison.js';
export { noiseOf } from './figures.js';
export { isJumping, judgeCompared, type Role } from './judged-output.js';
export type {
  AmongOwn,
  BehindSelections,
  JudgedOutput,
  Judgement,
  JudgementResult,
  Purpose,
  Range,
  StartedSource,
} from './judgement.js';
export { judgeNearTies } from './near-ties.js';
export { type Selections, selectionsOf } from './outputs-behind-selections.js';
export { sourceNetwork } from './pieces/network.js';
export type { Pricing } from './pricing.js';
export type { OutputFigures } from './report.js';
export { resolutions } from './resolutions.js';
export type { Runs } from './run-count.js';
export type { Answered, Source } from './source-run.js';
export { Spread } from './spread.js';
export { findSuspect } from './suspect.js';
export { type Bar, toleranceOf } from './verdict.js';
