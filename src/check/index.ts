export type { Program } from './artefact-run.js';
export {
  type ArtefactToJudge,
  Check,
  type CheckOptions,
  type JudgedOutput,
  type Judgement,
  type JudgementResult,
  type Purpose,
  type StartedSource,
  type Verdict,
} from './check.js';
export type { OutputFigures } from './figures.js';
export { describeInputs, type InputSpec } from './input-spec.js';
export { readArrays, type UserArrays } from './npz.js';
export { normalizePixels, type PixelInput } from './pixels.js';
export { seededTrials } from './seeded-trials.js';
export { selectedOutputs } from './selection.js';
export type { Source } from './source-run.js';
export { findSuspect } from './suspect.js';
export type { Trial, Trials } from './trial.js';
export { userTrials } from './user-trials.js';
export { toleranceOf } from './verdict.js';
