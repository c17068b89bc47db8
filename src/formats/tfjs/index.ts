import { channelsLastOperators, prepared } from '../channels-last.js';
import type { Target } from '../format.js';
import type { InputLayoutOptions } from '../input-layout.js';
import { tfjsDeclaration } from './declaration.js';
import { lowerModel } from './lower.js';
import { open } from './open.js';
import type { TfjsProgram } from './program.js';
import type { ReadModel } from './read/read-model.js';
import { rows } from './rows/index.js';
import { runnable } from './runnable.js';
import { writeProgram } from './write.js';

export type { TfjsProgram } from './program.js';

/** TensorFlow.js: a GraphModel, channels-last, for the converter's `loadGraphModel`. */
export const tfjs: Target<TfjsProgram, InputLayoutOptions, ReadModel> = {
  ...tfjsDeclaration,
  operators: channelsLastOperators(rows),
  lower: (model, options) => lowerModel(prepared(model), options),
  write: (program, _baseName, hash) => writeProgram(program, hash),
  open,
  runnable,
};
