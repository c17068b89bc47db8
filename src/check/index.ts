export type { Program } from './artefact-run.js';
export { type ArtefactToJudge, Check, type CheckOptions, type Verdict } from './check.js';
export type { OutputFigures } from './figures.js';
export { describeInputs, type InputSpec } from './input-spec.js';
export type {
  BehindSelections,
  JudgedOutput,
  Judgement,
  JudgementResult,
  Purpose,
  Range,
  StartedSource,
} from './judgement.js';
export { readArrays, type UserArrays } from './npz.js';
export { normalizePixels, type PixelInput } from './pixels.js';
export { resolutions } from './resolutions.js';
export { seededTrials } from './seeded-trials.js';
export { type Selections, selectionsOf } from './selection.js';
export type { Answered, Source } from './source-run.js';
export { findSuspect } from './suspect.js';
export { mapTrials, type Trial, type Trials } from './trial.js';
export { userTrials } from './user-trials.js';
export { toleranceOf } from './verdict.js';
