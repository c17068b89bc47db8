import type { Model } from '../../model/index.js';
import { composites } from '../../passes/composites/index.js';
import type { Target } from '../format.js';
import { type CoremlOptions, coremlDeclaration } from './declaration.js';
import { lower } from './lower/lower.js';
import { rows } from './lower/rows/index.js';
import { open } from './open.js';
import type { MilProgram } from './program/program.js';
import { runnable } from './runnable.js';

import { writePackage } from './write/write-package.js';

/** Core ML: an ML Program in an `.mlpackage`. */
export const coreml: Target<MilProgram, CoremlOptions, Model> = {
  ...coremlDeclaration,
  operators: new Set([...composites.keys(), ...rows.keys()]),
  lower,
  write: (program, _baseName, hash) => writePackage(program, hash),
  open,
  runnable,
};
