import { channelsLastOperators, prepared } from '../channels-last.js';
import type { Target } from '../format.js';
import type { InputLayoutOptions } from '../input-layout.js';
import { litertDeclaration } from './declaration.js';
import { lowerModel } from './lower.js';
import { open, type ReadModel } from './open.js';
import type { LitertProgram } from './program.js';
import { rows } from './rows/index.js';
import { runnable } from './runnable.js';
import { writeProgram } from './write.js';

export type { LitertProgram } from './program.js';

/** LiteRT: one `.tflite`, channels-last. */
export const litert: Target<LitertProgram, InputLayoutOptions, ReadModel> = {
  ...litertDeclaration,
  operators: channelsLastOperators(rows),
  lower: (model, options) => lowerModel(prepared(model), options),
  write: (program) => ({ files: new Map([['', writeProgram(program)]]), commits: '' }),
  open,
  runnable,
};
