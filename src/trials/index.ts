export { arraysOf, type GivenArray, type GivenArrays, isGivenArray } from './given-arrays.js';
export { describeInputs, type InputSpec } from './input-spec.js';
export { readArrays, type UserArrays } from './npz.js';
export { normalizePixels, type PixelInput } from './pixels.js';
export { seededTrials, usualSizes } from './seeded-trials.js';
export { mapTrials, type Trial, type Trials } from './trial.js';
export { userTrials } from './user-trials.js';
